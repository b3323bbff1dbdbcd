"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const source = JSON.parse(document.getElementById("source").textContent);
  const find = (id) => document.getElementById(id);
  const ORDER = ["error", "warning", "info", "ok"];
  const LIMIT = 2000;
  const state = { view: "matrix" };

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
    if (verdict !== null && find("verdict").value && find("verdict").value !== verdict) return false;
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

  function matrix() {
    const rows = images();
    const hosts = [...new Set(rows.map((row) => row.host))].sort();
    const spaces = new Map();
    for (const row of rows) {
      const space = spaces.get(namespaceOf(row)) || new Map();
      const workload = space.get(workloadOf(row)) || new Map();
      const cell = workload.get(row.host) || [];
      cell.push(row);
      workload.set(row.host, cell);
      space.set(workloadOf(row), workload);
      spaces.set(namespaceOf(row), space);
    }
    const body = make("tbody", {});
    let shown = 0;
    for (const name of [...spaces.keys()].sort()) {
      body.append(make("tr", {}, make("th", { class: "group", colspan: String(hosts.length + 1), scope: "rowgroup" }, name)));
      for (const title of [...spaces.get(name).keys()].sort()) {
        if ((shown += 1) > LIMIT) break;
        const cells = spaces.get(name).get(title);
        body.append(make("tr", {}, make("th", { scope: "row" }, title), hosts.map((host) => {
          const found = cells.get(host);
          if (!found) return make("td", { class: "cell" });
          const severity = found.reduce((worst, row) => worse(worst, row.severity), "ok");
          const verdicts = [...new Set(found.map((row) => row.verdict))];
          const text = verdicts.length === 1 ? verdicts[0] : `${verdicts.length} verdicts`;
          const label = found.length > 1 ? `${text} (${found.length})` : text;
          return make("td", { class: "cell" }, make("button", {
            type: "button", title: `${title}: ${host}`, click: () => showCell(`${title}: ${host}`, found),
          }, mark(severity, label)));
        })));
      }
    }
    if (shown > LIMIT) body.append(more(shown - LIMIT, hosts.length + 1));
    return table(["Workload", ...hosts], body, rows.length);
  }

  const more = (count, columns) =>
    make("tr", {}, make("td", { colspan: String(columns) }, `${count} more: narrow the search to see them`));

  function table(titles, body, count) {
    if (!count) return make("p", { class: "nothing" }, "Nothing matches.");
    const head = make("thead", {}, make("tr", {}, titles.map((title) => make("th", { scope: "col" }, title))));
    return make("table", {}, head, body);
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

  find("summary").textContent = data.summary;
  options(find("namespace"), data.images.map(namespaceOf));
  options(find("verdict"), data.images.map((row) => row.verdict));
  for (const id of ["search", "namespace", "verdict", "problems"]) find(id).addEventListener("input", draw);
  find("filter").addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("nav button")) {
    button.addEventListener("click", () => { state.view = button.dataset.view; draw(); });
  }
  draw();
})();
