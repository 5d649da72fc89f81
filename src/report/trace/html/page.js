"use strict";
(() => {
  const all = (query, from = document) => Array.from(from.querySelectorAll(query));
  const controls = document.getElementById("controls");
  const rows = all("#matrix tbody tr[data-verdict]");
  const boxes = all("#controls input[type=checkbox]");
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");

  const filter = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const text = words.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      const fits = wanted.has(row.dataset.verdict) && row.textContent.toLowerCase().includes(text);
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const group of all("#matrix tbody")) {
      group.hidden = all("tr[data-verdict]", group).every((row) => row.hidden);
    }
    shown.textContent = `${count} of ${rows.length} clauses shown`;
  };
  if (controls) {
    controls.hidden = false;
    boxes.forEach((box) => box.addEventListener("change", filter));
    words.addEventListener("input", filter);
    filter();
  }

  for (const svg of all("svg.pipeline")) {
    const says = document.getElementById(svg.dataset.says);
    const buttons = all("g[role=button]", svg);
    let picked = null;
    const show = (button) => {
      const id = button ? button.id : "";
      svg.classList.toggle("picked", Boolean(button));
      for (const edge of all(".edge", svg)) {
        edge.classList.toggle("lit", Boolean(id) && (edge.dataset.from === id || edge.dataset.to === id));
      }
      says.textContent = button ? button.getAttribute("aria-label") : "";
    };
    const pick = (button) => {
      picked = picked === button ? null : button;
      buttons.forEach((it) => it.setAttribute("aria-pressed", String(it === picked)));
      show(picked);
    };
    for (const button of buttons) {
      button.addEventListener("click", () => pick(button));
      button.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          pick(button);
        } else if (event.key === "Escape" && picked) {
          pick(picked);
        }
      });
      button.addEventListener("focus", () => { if (!picked) { show(button); } });
      button.addEventListener("blur", () => show(picked));
    }
  }

  addEventListener("beforeprint", () => all("details").forEach((it) => { it.open = true; }));
})();
