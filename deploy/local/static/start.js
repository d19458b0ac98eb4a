// Start page: copy buttons and the health lights.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    const before = button.innerHTML;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.innerHTML = before; }, 1500);
  });
}

async function look() {
  let states = {};
  try {
    states = await (await fetch("/health")).json();
  } catch {
    states = {};
  }
  for (const dot of document.querySelectorAll("[data-service]")) {
    const ready = states[dot.dataset.service] === true;
    dot.className = `dot ${ready ? "good" : "bad"}`;
    dot.title = ready ? "就绪 ready" : "未就绪 not ready";
  }
}

look();
setInterval(look, 5000);
