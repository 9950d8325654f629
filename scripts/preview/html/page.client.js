// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
"use strict";

(() => {
  setUpFilters();
  setUpDiagram();
  openTarget();
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details.part, details.words"))
      details.setAttribute("open", "");
  });

  /** Each bar of filters shows and hides the items that it names. */
  function setUpFilters() {
    for (const bar of document.querySelectorAll("[data-filters]")) {
      const kind = bar.getAttribute("data-filters");
      const items = [...document.querySelectorAll(`[data-item="${kind}"]`)].map((element) => ({
        element,
        text: (element.textContent ?? "").toLowerCase(),
      }));
      const controls = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([
        ...bar.querySelectorAll("[data-filter]"),
      ]);
      const shown = bar.querySelector(".shown");
      const apply = () => {
        let count = 0;
        for (const { element, text } of items) {
          const matches = controls.every((control) => fits(control, element, text));
          element.toggleAttribute("hidden", !matches);
          if (matches) count++;
        }
        if (shown !== null) shown.textContent = `${count} of ${items.length} shown`;
      };
      bar.addEventListener("input", apply);
      bar.addEventListener("show-all", () => {
        for (const control of controls) control.value = "";
        apply();
      });
      apply();
    }
  }

  /**
   * @param {HTMLInputElement | HTMLSelectElement} control
   * @param {Element} element
   * @param {string} text
   */
  function fits(control, element, text) {
    const name = control.getAttribute("data-filter");
    const wanted = control.value.trim().toLowerCase();
    if (wanted === "") return true;
    if (name === "text") return wanted.split(/\s+/).every((word) => text.includes(word));
    const value = (element.getAttribute(`data-${name}`) ?? "").toLowerCase();
    return value === wanted || (name === "pack" && value.split(" ").includes(wanted));
  }

  /** A link to a resource opens it, even when a filter hides it. */
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!(target instanceof HTMLDetailsElement)) return;
    if (target.hidden)
      document.querySelector('[data-filters="resource"]')?.dispatchEvent(new Event("show-all"));
    target.open = true;
    target.scrollIntoView({ block: "start" });
    target.querySelector("summary")?.focus({ preventScroll: true });
  }

  /** Zooms and moves the diagram by its view box: with buttons, keys, wheel and pointer. */
  function setUpDiagram() {
    const canvas = /** @type {HTMLElement | null} */ (document.querySelector(".canvas"));
    const svg = canvas?.querySelector("svg");
    if (canvas === null || svg === null || svg === undefined) return;
    const whole = svg.viewBox.baseVal;
    const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
    let view = { ...full };
    canvas.classList.add("zoomable");

    const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const fit = () => {
      view = { ...full };
      show();
    };
    /** @param {number} factor @param {number} [atX] @param {number} [atY] */
    const zoom = (factor, atX = view.x + view.width / 2, atY = view.y + view.height / 2) => {
      const width = Math.min(full.width * 1.5, Math.max(full.width / 8, view.width * factor));
      const scale = width / view.width;
      view = {
        x: atX - (atX - view.x) * scale,
        y: atY - (atY - view.y) * scale,
        width,
        height: view.height * scale,
      };
      show();
    };
    /** @param {number} x @param {number} y shares of what is seen */
    const move = (x, y) => {
      view = { ...view, x: view.x + view.width * x, y: view.y + view.height * y };
      show();
    };

    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => move(-0.1, 0),
      ArrowRight: () => move(0.1, 0),
      ArrowUp: () => move(0, -0.1),
      ArrowDown: () => move(0, 0.1),
      "+": () => zoom(0.8),
      "=": () => zoom(0.8),
      "-": () => zoom(1.25),
      0: fit,
    };
    canvas.addEventListener("keydown", (event) => {
      const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    });
    for (const button of document.querySelectorAll("[data-zoom]")) {
      const what = button.getAttribute("data-zoom");
      button.addEventListener("click", () => (what === "fit" ? fit() : zoom(what === "in" ? 0.8 : 1.25)));
    }
    // The wheel alone scrolls the page, as people expect; with Ctrl (or a pinch) it zooms.
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const box = svg.getBoundingClientRect();
        const x = view.x + ((event.clientX - box.left) / box.width) * view.width;
        const y = view.y + ((event.clientY - box.top) / box.height) * view.height;
        zoom(event.deltaY > 0 ? 1.1 : 0.9, x, y);
      },
      { passive: false },
    );

    /** @type {{ x: number, y: number } | undefined} */
    let grabbed;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0)
        grabbed = { x: event.clientX, y: event.clientY };
    });
    window.addEventListener("pointermove", (event) => {
      if (grabbed === undefined) return;
      const box = svg.getBoundingClientRect();
      move((grabbed.x - event.clientX) / box.width, (grabbed.y - event.clientY) / box.height);
      grabbed = { x: event.clientX, y: event.clientY };
    });
    window.addEventListener("pointerup", () => (grabbed = undefined));
    svg.addEventListener("dragstart", (event) => event.preventDefault());
  }
})();
