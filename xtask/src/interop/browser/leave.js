"use strict";
// Leaves what a probe saw as JSON in an element, with everything that the page asked for: at the end,
// when all of that has come, or failed to.
const leave = (seen) =>
  addEventListener("load", () => {
    seen.resources = performance.getEntriesByType("resource").map((one) => one.name);
    const place = document.createElement("pre");
    place.id = "seen";
    place.textContent = JSON.stringify(seen);
    document.body.append(place);
  });
