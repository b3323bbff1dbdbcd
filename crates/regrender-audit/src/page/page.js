"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const source = JSON.parse(document.getElementById("source").textContent);
  const find = (id) => document.getElementById(id);
  const ORDER = ["error", "warning", "info", "ok"];
  const LIMIT = 2000;
  const OPEN_UP_TO = 40;
  const state = { view: "matrix", hidden: new Set(), toggled: new Set() };

  const worse = (one, other) => (ORDER.indexOf(one) < ORDER.indexOf(other) ? one : other);

  // Text only ever becomes text: nothing of the report is read as HTML.
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "click") element.addEventListener("click", value);
      else if (value !== undefined) element.setAttribute(key, value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined) element.append(child);
    }
    return element;
  }

  function place(file, line) {
    const text = line ? `${file}:${line}` : file;
    if (/^https?:\/\//.test(source)) {
      const path = file.split("/").map(encodeURIComponent).join("/");
      const href = `${source.replace(/\/$/, "")}/${path}${line ? `#L${line}` : ""}`;
      return make("a", { href, class: "place", rel: "noreferrer" }, text);
    }
    return make("span", { class: "place" }, text);
  }

  const namespaceOf = (row) => row.namespace || "(unknown)";
  const workloadOf = (row) => [row.kind || "values", row.name || row.file].join(" ");
  const mark = (severity, text) => make("span", { class: `mark ${severity}` }, text);

  function wanted(severity, namespace, verdict, text) {
    const search = find("search").value.trim().toLowerCase();
    if (find("problems").checked && (severity === "ok" || severity === "info")) return false;
    if (namespace !== null && find("namespace").value && find("namespace").value !== namespace) return false;
    if (verdict !== null && state.hidden.has(verdict)) return false;
    return search.split(/\s+/).every((word) => text.toLowerCase().includes(word));
  }

  const images = () =>
    data.images.filter((row) =>
      wanted(row.severity, namespaceOf(row), row.verdict,
        [row.image, row.repository, row.name, row.kind, namespaceOf(row), row.file, row.verdict, row.container].join(" ")));

  function show(title, entries, places) {
    const detail = find("detail");
    detail.hidden = false;
    const list = make("dl", {});
    for (const [name, value] of entries) {
      if (value === null || value === undefined || value === "") continue;
      list.append(make("dt", {}, name), make("dd", {}, value));
    }
    detail.replaceChildren(make("h2", {}, title), list, ...places);
  }

  function showImage(row) {
    show(row.image, [
      ["Verdict", mark(row.severity, row.verdict)],
      ["Why", row.reason],
      ["Workload", `${workloadOf(row)} in ${namespaceOf(row)}`],
      ["Role", `${row.role} ${row.container}`],
      ["Asked for", row.repository],
      ["Service account", row.service_account],
      ["Pull secrets", row.pull_secrets.map((name) => name || "(no name)").join(", ") || "none"],
    ], [place(row.file, row.line)]);
  }

  function showCell(title, rows) {
    if (rows.length === 1) return showImage(rows[0]);
    const list = rows.map((row) =>
      make("p", {}, make("button", { type: "button", click: () => showImage(row) }, make("code", {}, row.image)),
        " ", mark(row.severity, row.verdict), make("br"), place(row.file, row.line)));
    show(title, [["Images", String(rows.length)]], list);
  }

  function clickable(element, action) {
    element.tabIndex = 0;
    element.addEventListener("click", action);
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); action(); }
    });
    return element;
  }

  // What a cell says: the verdict, or how many of which, the worst first; and how many images.
  function cell(title, rows) {
    if (!rows.length) return make("td", { class: "cell" });
    const verdicts = new Map();
    for (const row of rows) {
      const one = verdicts.get(row.verdict) || { severity: "ok", count: 0 };
      verdicts.set(row.verdict, { severity: worse(one.severity, row.severity), count: one.count + 1 });
    }
    const sorted = [...verdicts].sort((one, other) =>
      ORDER.indexOf(one[1].severity) - ORDER.indexOf(other[1].severity) || (one[0] < other[0] ? -1 : 1));
    return make("td", { class: "cell" }, make("button", { type: "button", title, click: () => showCell(title, rows) },
      sorted.map(([verdict, { severity, count }]) => mark(severity, count > 1 ? `${verdict} (${count})` : verdict))));
  }

  function grouped(rows, key) {
    const groups = new Map();
    for (const row of rows) {
      const name = key(row);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(row);
    }
    return new Map([...groups.keys()].sort().map((name) => [name, groups.get(name)]));
  }

  function line(scope, head, title, rows, hosts) {
    const byHost = grouped(rows, (row) => row.host);
    return make("tr", { class: scope === "rowgroup" ? "group" : undefined }, make("th", { scope }, head),
      hosts.map((host) => cell(`${title}: ${host}`, byHost.get(host) || [])));
  }

  // One line for each namespace; below it, when it is open, one for each of its workloads.
  function matrix() {
    const rows = images();
    const hosts = [...grouped(rows, (row) => row.host).keys()];
    const spaces = new Map([...grouped(rows, namespaceOf)].map(([name, found]) => [name, grouped(found, workloadOf)]));
    const total = [...spaces.values()].reduce((sum, workloads) => sum + workloads.size, 0);
    const body = make("tbody", {});
    let shown = 0;
    let left = 0;
    for (const [name, workloads] of spaces) {
      const open = (total <= OPEN_UP_TO) !== state.toggled.has(name);
      const label = `${open ? "\u25be" : "\u25b8"} ${name}`;
      const toggle = () => {
        if (!state.toggled.delete(name)) state.toggled.add(name);
        draw();
        // Drawn anew, the button has lost the focus of the keyboard.
        [...document.querySelectorAll("[data-namespace]")].find((one) => one.dataset.namespace === name)?.focus();
      };
      const head = make("button", { type: "button", "aria-expanded": String(open), "data-namespace": name, click: toggle }, label,
        make("span", { class: "count" }, ` ${workloads.size}`));
      body.append(line("rowgroup", head, name, [...workloads.values()].flat(), hosts));
      for (const [title, found] of open ? workloads : []) {
        if ((shown += 1) > LIMIT) left += 1;
        else body.append(line("row", title, `${name}: ${title}`, found, hosts));
      }
    }
    if (left) body.append(more(left, hosts.length + 1));
    return table(["Namespace, workload", ...hosts], body, rows.length, "matrix");
  }

  const more = (count, columns) =>
    make("tr", {}, make("td", { colspan: String(columns) }, `${count} more: narrow the search to see them`));

  function table(titles, body, count, kind) {
    if (!count) return make("p", { class: "nothing" }, "Nothing matches.");
    const head = make("thead", {}, make("tr", {}, titles.map((title) => make("th", { scope: "col" }, title))));
    return make("table", { class: kind }, head, body);
  }

  function list(rows, titles, cells, action) {
    const body = make("tbody", {});
    for (const row of rows.slice(0, LIMIT)) {
      body.append(clickable(make("tr", { class: "row" }, cells(row).map((cell) => make("td", {}, cell))), () => action(row)));
    }
    if (rows.length > LIMIT) body.append(more(rows.length - LIMIT, titles.length));
    return table(titles, body, rows.length);
  }

  const views = {
    matrix,
    images: () => list(images(), ["Image", "Verdict", "Workload", "Namespace", "Pull secrets", "Place"],
      (row) => [make("code", {}, row.image), mark(row.severity, row.verdict), workloadOf(row), namespaceOf(row),
        row.pull_secrets.join(", "), place(row.file, row.line)], showImage),
    findings: () => list(
      data.findings.filter((one) => wanted(one.severity, null, null, [one.code, one.message, one.file].join(" "))),
      ["Severity", "Finding", "Message", "Place"],
      (one) => [mark(one.severity, one.severity), one.code, one.message, place(one.file, one.line)],
      (one) => show(one.code, [["Severity", mark(one.severity, one.severity)], ["Message", one.message], ["Way out", one.help]],
        [place(one.file, one.line)])),
    unreadable: () => list(
      data.unreadable.filter((one) => wanted("error", null, null, [one.file, one.reason].join(" "))),
      ["File", "Reason"], (one) => [place(one.file), one.reason],
      (one) => show(one.file, [["Reason", one.reason]], [])),
  };

  function draw() {
    find("view").replaceChildren(views[state.view]());
    for (const button of document.querySelectorAll("nav button")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    }
  }

  function options(select, values) {
    select.append(make("option", { value: "" }, "all"));
    for (const value of [...new Set(values)].sort()) select.append(make("option", { value }, value));
  }

  // One for each verdict there is: which are shown.
  function checkboxes(fieldset) {
    for (const [verdict, rows] of grouped(data.images, (row) => row.verdict)) {
      const severity = rows.reduce((worst, row) => worse(worst, row.severity), "ok");
      const box = make("input", { type: "checkbox", checked: "" });
      box.addEventListener("input", () => {
        if (box.checked) state.hidden.delete(verdict);
        else state.hidden.add(verdict);
        draw();
      });
      fieldset.append(make("label", { class: severity }, box, ` ${verdict} ${rows.length}`));
    }
    fieldset.hidden = !data.images.length;
  }

  find("summary").textContent = data.summary;
  options(find("namespace"), data.images.map(namespaceOf));
  checkboxes(find("verdicts"));
  for (const id of ["search", "namespace", "problems"]) find(id).addEventListener("input", draw);
  find("filter").addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("nav button")) {
    button.addEventListener("click", () => { state.view = button.dataset.view; draw(); });
  }
  draw();
})();
