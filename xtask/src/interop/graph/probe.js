"use strict";
// Reads the drawing as the XML that it is, shows it, and leaves what is to be seen.
((text) => {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const seen = { error: parsed.querySelector("parsererror")?.textContent ?? null };
  const drawing = document.importNode(parsed.documentElement, true);
  document.body.append(drawing);
  const all = (selector) => [...drawing.querySelectorAll(selector)];
  const words = (element) => element.textContent;
  seen.title = words(drawing.querySelector("desc"));
  seen.frames = all(".space").map(words);
  seen.names = all(".node .name").map(words);
  seen.remarks = all(".node .remark").map(words);
  seen.words = all(".word").map(words);
  seen.wires = all(".wire").length;
  seen.elements = [...new Set(all("*").map((one) => one.localName))].sort();
  // What leaves its box, and boxes that lie on each other.
  const edges = (element) => element.getBoundingClientRect();
  const boxes = all(".node").map((node) => edges(node.querySelector("rect")));
  seen.outside = all(".node").flatMap((node) => {
    const box = edges(node.querySelector("rect"));
    const leaves = (one) => edges(one).right > box.right || edges(one).bottom > box.bottom;
    return [...node.querySelectorAll("text")].filter(leaves).map(words);
  });
  const touch = (one, other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  seen.overlaps = boxes.filter((one, at) => boxes.slice(at + 1).some((other) => touch(one, other))).length;
  const whole = edges(drawing);
  seen.cut = boxes.filter((box) => box.right > whole.right || box.bottom > whole.bottom).length;
  leave(seen);
})(DRAWING);
