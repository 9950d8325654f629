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
    for (const details of document.querySelectorAll("details.part, details.words, details.framework-checks"))
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
      const isFiltered = () => controls.some(({ value }) => value.trim() !== "");
      const apply = () => {
        let count = 0;
        for (const { element, text } of items) {
          const matches = controls.every((control) => fits(control, element, text));
          element.toggleAttribute("hidden", !matches);
          if (matches) count++;
        }
        if (shown !== null) shown.textContent = `${count} of ${items.length} shown`;
        unfold(new Set(items.map(({ element }) => element.closest("details[data-group]"))), isFiltered());
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
   * Groups show what matches, and fold again when nothing is asked for.
   * @param {Set<Element | null>} groups
   * @param {boolean} isFiltered
   */
  function unfold(groups, isFiltered) {
    for (const group of groups) {
      if (!(group instanceof HTMLDetailsElement)) continue;
      group.hidden = group.querySelector("[data-item]:not([hidden])") === null;
      group.open = isFiltered;
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
    const group = target.parentElement?.closest("details");
    if (group instanceof HTMLDetailsElement) group.open = true;
    target.open = true;
    target.scrollIntoView({ block: "start" });
    target.querySelector("summary")?.focus({ preventScroll: true });
  }

  /** Zooms the diagram by its size, and moves it by scrolling: with buttons, keys, wheel and pointer. */
  function setUpDiagram() {
    const canvas = /** @type {HTMLElement | null} */ (document.querySelector(".canvas"));
    const svg = canvas?.querySelector("svg");
    if (canvas === null || svg === null || svg === undefined) return;
    const natural = svg.viewBox.baseVal.width;
    let scale = 1;

    /** @param {number} to @param {number} [atX] @param {number} [atY] the place in the window that stays where it is */
    const zoom = (to, atX, atY) => {
      const before = svg.getBoundingClientRect();
      const frame = canvas.getBoundingClientRect();
      const x = atX ?? frame.left + frame.width / 2;
      const y = atY ?? frame.top + frame.height / 2;
      // The page below stays where it is, whatever the size of the drawing becomes.
      canvas.style.height = `${frame.height}px`;
      scale = Math.min(4, Math.max(0.15, to));
      svg.style.width = `${natural * scale}px`;
      const after = svg.getBoundingClientRect();
      canvas.scrollLeft += after.left + ((x - before.left) / before.width) * after.width - x;
      canvas.scrollTop += after.top + ((y - before.top) / before.height) * after.height - y;
    };
    const fit = () => zoom(Math.min(1, (canvas.clientWidth - 40) / natural));
    /** @param {number} x @param {number} y shares of what is seen */
    const move = (x, y) => canvas.scrollBy(canvas.clientWidth * x, canvas.clientHeight * y);

    // Text of 12 stays readable a little smaller; beyond that people scroll.
    const available = canvas.clientWidth - 40;
    if (available < natural && available >= natural * 0.92) {
      scale = available / natural;
      svg.style.width = `${available}px`;
    }
    // Where a screen is narrower than the drawing, it starts at the entrance: all of the internet, and what it can of
    // the edge.
    const [first, next = first] = [".node.internet", ".node.edge"]
      .flatMap((kind) => svg.querySelector(kind) ?? [])
      .map((node) => node.getBoundingClientRect());
    if (first !== undefined && next !== undefined && canvas.scrollWidth > canvas.clientWidth) {
      const frame = canvas.getBoundingClientRect();
      const middle = (Math.min(first.left, next.left) + Math.max(first.right, next.right)) / 2;
      const half = frame.width / 2 - 12;
      canvas.scrollLeft +=
        Math.min(Math.max(middle, first.right - half), first.left + half) - frame.left - frame.width / 2;
    }

    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => move(-0.1, 0),
      ArrowRight: () => move(0.1, 0),
      ArrowUp: () => move(0, -0.1),
      ArrowDown: () => move(0, 0.1),
      "+": () => zoom(scale * 1.25),
      "=": () => zoom(scale * 1.25),
      "-": () => zoom(scale / 1.25),
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
      button.addEventListener("click", () =>
        what === "fit" ? fit() : zoom(what === "in" ? scale * 1.25 : scale / 1.25),
      );
    }
    // The wheel alone scrolls the page, as people expect; with Ctrl (or a pinch) it zooms.
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        zoom(event.deltaY > 0 ? scale / 1.1 : scale * 1.1, event.clientX, event.clientY);
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
      canvas.scrollBy(grabbed.x - event.clientX, grabbed.y - event.clientY);
      grabbed = { x: event.clientX, y: event.clientY };
    });
    window.addEventListener("pointerup", () => (grabbed = undefined));
    svg.addEventListener("dragstart", (event) => event.preventDefault());
  }
})();
