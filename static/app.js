// Comforts only: every page works without this file.
"use strict";
(() => {
  const palette = document.getElementById("palette"), help = document.getElementById("help");
  const links = [...document.querySelectorAll(".nav a, [data-key]")].map(a => ({ text: a.textContent.trim(), href: a.href }));
  const draw = term => {
    const list = palette.querySelector("ul");
    list.replaceChildren(...links.filter(l => l.text.toLowerCase().includes(term.toLowerCase())).slice(0, 9).map(l => {
      const item = document.createElement("li"), a = document.createElement("a");
      a.href = l.href; a.textContent = l.text; item.append(a); return item;
    }));
  };
  if (palette) {
    const input = palette.querySelector("input");
    input.addEventListener("input", () => draw(input.value));
    input.addEventListener("keydown", e => { if (e.key === "Enter") { const first = palette.querySelector("a"); if (first) location.href = first.href; } });
  }
  document.addEventListener("keydown", e => {
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k" && palette) { e.preventDefault(); draw(""); palette.showModal(); return; }
    if (e.target.matches("input, textarea, select") || e.metaKey || e.ctrlKey || e.altKey) return;
    if (e.key === "/") { const find = document.querySelector(".find input"); if (find) { e.preventDefault(); find.focus(); } }
    if (e.key === "n") { const create = document.querySelector("[data-key=n]"); if (create) location.href = create.href; }
    if (e.key === "?" && help) help.showModal();
  });
  const box = document.querySelector("[data-countdown]");
  if (box) setTimeout(() => { box.querySelector("[data-secret]")?.remove(); }, Number(box.dataset.countdown) * 1000);
})();
