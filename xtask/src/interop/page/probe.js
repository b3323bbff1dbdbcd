"use strict";
// Runs behind the page's own script, uses the page as a person would, and leaves what it saw.
(() => {
  const view = () => document.getElementById("view");
  const plain = (element) => element.textContent.trim().replace(/\s+/g, " ");
  const words = (cell) => {
    const marks = [...cell.querySelectorAll(".mark")].map(plain);
    return marks.length ? marks.join(", ") : plain(cell);
  };
  const rows = () => [...view().querySelectorAll("tr")].map((row) => [...row.children].map(words));
  const tell = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));
  const search = (text) => {
    const field = document.getElementById("search");
    field.value = text;
    tell(field);
  };
  const boxes = () => [...document.querySelectorAll("#verdicts input")];
  const sticky = (selector) => getComputedStyle(view().querySelector(selector)).position;
  const seen = {};

  seen.title = document.title;
  seen.matrix = rows();
  seen.sticky = [sticky("thead th"), sticky("tbody th")];
  seen.verdicts = [...document.querySelectorAll("#verdicts label")].map(plain);

  [...view().querySelectorAll("td button")].find((one) => words(one).includes("(2)"))?.click();
  const detail = document.getElementById("detail");
  seen.shown = !detail.hidden && plain(detail);
  seen.links = [...detail.querySelectorAll("a")].map((one) => one.getAttribute("href"));

  search("SEED ghcr");
  seen.found = rows();
  search("nowhere");
  seen.nothing = rows().length;
  search("");

  for (const box of boxes().slice(1)) {
    box.checked = false;
    tell(box);
  }
  seen.first_verdict_only = rows();
  for (const box of boxes().slice(1)) {
    box.checked = true;
    tell(box);
  }

  for (const name of [...view().querySelectorAll("[data-namespace]")].map((one) => one.dataset.namespace)) {
    [...view().querySelectorAll("[data-namespace]")].find((one) => one.dataset.namespace === name).click();
  }
  seen.toggled = rows().length;

  leave(seen);
})();
