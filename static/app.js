// Comforts only: every page works without this file.
"use strict";
(() => {
  const palette = document.getElementById("palette"), help = document.getElementById("help");
  const links = [...document.querySelectorAll(".nav a, [data-key]")].map(a => ({ text: a.textContent.trim(), href: a.href }));
  const draw = term => {
    const found = links.filter(l => l.text.toLowerCase().includes(term.trim().toLowerCase()));
    palette.querySelector("ul").replaceChildren(...found.map(l => {
      const item = document.createElement("li"), a = document.createElement("a");
      a.href = l.href; a.textContent = l.text; item.append(a); return item;
    }));
    palette.querySelector("[data-none]").hidden = found.length > 0;
  };
  // Arrow keys walk through the field and the links; Enter in the field opens the first one.
  const walk = e => {
    const stops = [palette.querySelector("input"), ...palette.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) { e.preventDefault(); stops.at((stops.indexOf(document.activeElement) + step) % stops.length).focus(); }
    else if (e.key === "Enter" && e.target === stops[0] && stops[1]) { e.preventDefault(); location.href = stops[1].href; }
  };
  const open = {
    palette: () => { palette.querySelector("input").value = ""; draw(""); palette.showModal(); },
    help: () => help.showModal(),
  };
  if (palette) {
    palette.querySelector("input").addEventListener("input", e => draw(e.target.value));
    palette.addEventListener("keydown", walk);
    for (const button of document.querySelectorAll("[data-open]")) {
      button.hidden = false;
      button.addEventListener("click", () => open[button.dataset.open]());
    }
  }
  document.addEventListener("keydown", e => {
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k" && palette) { e.preventDefault(); if (!palette.open && !help.open) open.palette(); return; }
    if (e.metaKey || e.ctrlKey || e.altKey || document.querySelector("dialog[open]") || e.target.closest?.("input, textarea, select")) return;
    if (e.key === "/") { const find = document.querySelector(".find input[name=q]"); if (find) { e.preventDefault(); find.focus(); } }
    const press = document.querySelector(`[data-press="${CSS.escape(e.key)}"]:not([disabled])`);
    if (press) { e.preventDefault(); if (press.tagName === "OPTION") press.selected = true; else press.click(); return; }
    if (e.key === "n") { const create = document.querySelector("[data-key=n]"); if (create) location.href = create.href; }
    if (e.key === "?" && help) { e.preventDefault(); open.help(); }
  });
  const box = document.querySelector("[data-countdown]");
  if (box) setTimeout(() => {
    box.querySelector("[data-secret]")?.remove();
    box.querySelector(".gone").hidden = false;
  }, Number(box.dataset.countdown) * 1000);
})();
