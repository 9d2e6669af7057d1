// The page works without this file. With it, a file can be dropped or pasted, and the answer comes
// without a new page. What is shown is always the server's own words.
"use strict";
(() => {
  const form = document.getElementById("form");
  const result = document.getElementById("result");
  const input = document.getElementById("file");
  const text = document.getElementById("text");
  const chosen = document.getElementById("chosen");
  const drop = form.querySelector(".drop");
  const button = form.querySelector("button");
  const rest = button.textContent;
  document.documentElement.classList.add("script");

  const showChosen = () => {
    const names = [...input.files].map((file) => file.name).join(", ");
    chosen.textContent = names ? `${form.dataset.chosen} ${names}` : "";
  };
  const take = (files) => {
    if (files.length === 0) return;
    const some = new DataTransfer();
    for (const file of [...files].slice(0, 2)) some.items.add(file);
    input.files = some.files;
    showChosen();
  };
  const holdsFiles = (event) => [...event.dataTransfer.types].includes("Files");

  input.addEventListener("change", showChosen);
  text.addEventListener("input", () => {
    if (text.value !== "" && input.files.length > 0) {
      input.value = "";
      showChosen();
    }
  });
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  });

  const busy = (is) => {
    button.disabled = is;
    button.textContent = is ? form.dataset.checking : rest;
    result.setAttribute("aria-busy", String(is));
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    busy(true);
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "omit" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.getElementById("result");
      if (told === null) throw new Error("no answer");
      result.replaceChildren(...document.adoptNode(told).childNodes);
      const verdict = result.querySelector("h2");
      verdict.focus({ preventScroll: true });
      result.scrollIntoView({ block: "start" });
    } catch {
      form.submit();
    } finally {
      busy(false);
    }
  });
})();
