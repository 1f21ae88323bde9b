"use strict";
// Search, filters and comparisons. Without this script, or opened from a disk, the pages still
// hold every briefing. Texts from the data become text nodes and never markup.
(() => {
  if (location.protocol === "file:") return;
  const script = document.currentScript;
  const root = new URL("../", script.src);
  const suffix = "?" + encodeURIComponent(script.dataset.version);
  const pending = new Map();
  const get = path => {
    if (!pending.has(path)) {
      pending.set(path, fetch(new URL(path, root) + suffix).then(answer => {
        if (!answer.ok) throw new Error(path);
        return answer.json();
      }));
    }
    return pending.get(path);
  };
  const set = (node, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null) node.removeAttribute(name);
      else node.setAttribute(name, value);
    }
    return node;
  };
  const el = (tag, attributes = {}, ...children) => {
    const made = set(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };
  const find = (selector, within = document) => within.querySelector(selector);
  const link = (name, path, attributes = {}) =>
    el("a", {href: new URL(path, root).href, dir: "auto", ...attributes}, name);
  const chip = (word, tone) => word && tone
    ? el("span", {class: "g t" + tone}, word)
    : el("span", {class: "g t0"}, el("span", {"aria-hidden": "true"}, "–"), el("span", {class: "vh"}, word || "not rated"));
  const briefings = n => !n ? "No briefing found" : n === 1 ? "1 briefing" : n + " briefings";

  // Search: see search_index.py for the files.
  const UNSPACED = "\\u0E00-\\u0EFF\\u1000-\\u109F\\u1780-\\u17FF\\u2E80-\\u2FDF\\u3005-\\u3007\\u3040-\\u30FA\\u30FC-\\u312F\\u31F0-\\u31FF\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF\\u{20000}-\\u{3FFFF}";
  const PARTS = RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+`, "gu");
  const SPACELESS = RegExp(`^[${UNSPACED}]`, "u");
  const terms = text => {
    const plain = text.normalize("NFKC").toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC");
    const found = [];
    for (const part of plain.match(PARTS) || []) {
      const letters = [...part];
      if (!SPACELESS.test(part)) found.push(letters.slice(0, 24).join(""));
      else if (letters.length === 1) found.push(part);
      else letters.slice(1).forEach((letter, i) => found.push(letters[i] + letter));
    }
    return [...new Set(found)].slice(0, 8);
  };
  // Whether one insertion, deletion, replacement or exchange leads from one word to the other.
  const near = (a, b) => {
    if (Math.abs(a.length - b.length) > 1) return false;
    let i = 0;
    while (i < a.length && a[i] === b[i]) i++;
    const rest = (x, y) => a.slice(i + x) === b.slice(i + y);
    return rest(1, 1) || rest(1, 0) || rest(0, 1) ||
      (a[i] === b[i + 1] && a[i + 1] === b[i] && rest(2, 2));
  };
  const entries = async (head, set, term, most) => {
    const firsts = head[set];
    const end = term + "\uffff";
    let from = 0;
    while (from + 1 < firsts.length && firsts[from + 1] <= term) from++;
    const files = [];
    for (let n = from; n < firsts.length && firsts[n] <= end && files.length < most; n++) {
      files.push(get(`assets/search/${set}-${n}.json`));
    }
    return (await Promise.all(files)).flat();
  };
  const add = (scores, entry, quality) => {
    let number = 0;
    const rarity = Math.log(2 + 1e4 / entry.length);
    for (const value of entry.slice(1)) {
      number += value >> 2;
      const score = quality * 2 ** (value & 3) * rarity;
      if (score > (scores.get(number) || 0)) scores.set(number, score);
    }
  };
  const matches = async (head, term, most) => {
    const spaceless = SPACELESS.test(term);
    const set = spaceless || term.length > 2 ? "texts" : "names";
    const scores = new Map();
    const found = await entries(head, set, term, most);
    for (const entry of found) {
      if (entry[0].startsWith(term)) add(scores, entry, entry[0] === term ? 1 : 0.6);
    }
    if (scores.size || spaceless || term.length < 4) return scores;
    const lists = head.lengths.filter(length => Math.abs(length - term.length) < 2)
      .map(length => get(`assets/search/length-${length}.json`));
    const close = (await Promise.all(lists)).flat().filter(other => near(term, other)).slice(0, 4);
    for (const other of close) {
      for (const entry of await entries(head, "texts", other, 1)) {
        if (entry[0] === other) add(scores, entry, 0.3);
      }
    }
    for (const entry of await entries(head, "texts", term.slice(0, 2), most)) {
      if (near(term, entry[0])) add(scores, entry, 0.2);
    }
    return scores;
  };
  // The briefings with every word, the best first; `most` limits how many files a word may read.
  const search = async (text, most) => {
    const words = terms(text);
    if (!words.length) return null;
    const head = await get("assets/search/index.json");
    const maps = await Promise.all(words.map(word => matches(head, word, most)));
    const shared = [...maps[0].keys()].filter(number => maps.every(map => map.has(number)));
    const total = number => maps.reduce((sum, map) => sum + map.get(number), 0);
    return shared.sort((a, b) => total(b) - total(a) || a - b);
  };
  const named = async number => {
    const {rows} = await get("assets/search/index.json");
    return (await get(`assets/search/rows-${Math.floor(number / rows)}.json`))[number % rows];
  };

  // A search box with a list of briefings below it.
  let boxes = 0;
  const combobox = (input, choose) => {
    const id = "found-" + ++boxes;
    const list = el("ul", {role: "listbox", id, "aria-label": "Briefings", hidden: ""});
    const status = el("span", {class: "vh", role: "status"});
    let active = -1, turn = 0, items = [];
    set(input, {role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list"});
    input.after(list, status);
    const mark = number => {
      active = number;
      const chosen = list.children[number];
      for (const option of list.children) set(option, {"aria-selected": String(option === chosen)});
      set(input, {"aria-activedescendant": chosen ? chosen.id : null});
      if (chosen) chosen.scrollIntoView({block: "nearest"});
    };
    const show = open => {
      list.hidden = !open;
      set(input, {"aria-expanded": String(open)});
      if (!open) mark(-1);
    };
    const take = number => { show(false); choose(items[number]); };
    const ask = async () => {
      const mine = ++turn;
      try {
        const numbers = await search(input.value, 4);
        const found = await Promise.all((numbers || []).slice(0, 8).map(named));
        if (mine !== turn) return;
        items = found;
        list.replaceChildren(...items.map(([name, , kind, grade, tone], n) => {
          const option = el("li", {role: "option", id: `${id}-${n}`, "aria-selected": "false"},
            el("span", {dir: "auto"}, name), el("small", {}, kind), chip(grade, tone));
          option.addEventListener("mousedown", event => event.preventDefault());
          option.addEventListener("click", () => take(n));
          return option;
        }));
        status.textContent = numbers ? briefings(numbers.length) : "";
        show(items.length > 0 && document.activeElement === input);
      } catch {
        if (mine === turn) show(false);
      }
    };
    input.addEventListener("input", ask);
    input.addEventListener("blur", () => show(false));
    input.addEventListener("keydown", event => {
      const last = items.length - 1;
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show(false);
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { if (items.length) show(true); else ask(); return; }
        const down = event.key === "ArrowDown";
        mark(down ? (active === last ? -1 : active + 1) : (active < 0 ? last : active - 1));
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        take(active);
      }
    });
  };
  const box = find(".top .find");
  if (box) {
    box.hidden = false;
    combobox(find("input", box), item => location.assign(new URL(item[1], root)));
  }

  // The table of the index.
  const NAME = 0, PATH = 1, LINE = 2, KIND = 3, REGION = 4, GRADE = 5, CHANGE = 6, BEFORE = 7, LEVEL = 8, REVIEW = 9, DUE = 10, UPDATED = 11, MADE = 12;
  const svg = (tag, attributes) => set(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
  const meter = (filled, steps) => {
    const drawn = svg("svg", {class: "meter", width: steps * 6 - 2, height: 12, "aria-hidden": "true"});
    for (let i = 0; i < steps; i++) {
      const grown = Math.floor(8 * (i + 1) / steps);
      drawn.append(svg("rect", {class: i < filled ? "on" : "off", x: i * 6, y: 8 - grown, width: 4, height: 4 + grown}));
    }
    return drawn;
  };
  const index = async (table, bar) => {
    const words = await get("assets/index/words.json");
    const fields = {kind: words.kinds, region: words.regions, grade: words.grades, change: ["up", "down", "new"]};
    const value = {
      kind: row => words.kinds[row[KIND]],
      region: row => words.regions[row[REGION]] || "",
      grade: row => row[GRADE] ? row[GRADE][0] : "",
      change: row => row[CHANGE],
    };
    const cells = {
      name: row => [link(row[NAME], row[PATH], {class: "nm"}), el("p", {dir: "auto"}, row[LINE])],
      kind: row => [value.kind(row)],
      region: row => [value.region(row)],
      grade: row => row[GRADE] ? [chip(row[GRADE][2] ? row[GRADE][0] : "", row[GRADE][1])] : [],
      change: row => {
        const arrow = {up: ["up", "▲ from "], down: ["dn", "▼ from "]}[row[CHANGE]];
        if (arrow) return [el("span", {class: arrow[0]}, arrow[1] + row[BEFORE])];
        return row[CHANGE] ? [el("span", {class: "s"}, row[CHANGE])] : [];
      },
      level: row => {
        if (!row[LEVEL]) return [];
        const [word, filled, steps] = row[LEVEL];
        if (!filled) return [el("span", {class: "s"}, "not rated")];
        return [el("span", {class: "nb"}, meter(filled, steps), word)];
      },
      review: row => [row[REVIEW]],
      updated: row => [row[UPDATED]],
    };
    // What rows are sorted by, and whether the highest comes first at the first click.
    const order = {
      name: [(row, n) => n, false],
      kind: [value.kind, false],
      region: [row => value.region(row) || "\uffff", false],
      grade: [row => row[GRADE] ? row[GRADE][2] : -1, true],
      change: [row => ["", "new", "down", "up"].indexOf(row[CHANGE]), true],
      level: [row => row[LEVEL] ? row[LEVEL][1] : -1, true],
      review: [row => row[DUE], false],
      updated: [row => row[MADE], true],
    };
    const original = [...table.children];
    const pager = find("main > .pager") || el("nav");
    const pages = [...pager.children];
    const columns = [...table.tHead.rows[0].cells].map(cell => [cell.className, cell.textContent]);
    const output = find("output", bar), box = bar.elements.q;
    const facets = Object.keys(fields), names = ["q", ...facets];
    const read = () => {
      const given = new URLSearchParams(location.search);
      const state = {sort: "", page: Math.max(parseInt(given.get("page")) || 1, 1)};
      for (const name of names) state[name] = given.get(name) || "";
      const sort = given.get("sort") || "";
      if (Object.hasOwn(order, sort.replace("-", ""))) state.sort = sort;
      return state;
    };
    const address = state => {
      const made = new URLSearchParams();
      for (const name of [...names, "sort"]) if (state[name]) made.set(name, state[name]);
      if (state.page > 1) made.set("page", state.page);
      const text = made.toString();
      return location.pathname + (text ? "?" + text : "");
    };
    let state = read(), turn = 0;
    const go = (change, replace = false) => {
      state = {...state, page: 1, ...change};
      history[replace ? "replaceState" : "pushState"](null, "", address(state));
      return draw();
    };
    const fill = (name, rows) => {
      const select = bar.elements[name];
      const counts = new Map();
      for (const word of rows.map(value[name])) counts.set(word, (counts.get(word) || 0) + 1);
      const options = fields[name].filter(word => counts.has(word) || word === state[name]);
      if (state[name] && !options.includes(state[name])) options.push(state[name]);
      select.replaceChildren(el("option", {value: ""}, "all"),
        ...options.map(word => el("option", {value: word}, `${word} (${counts.get(word) || 0})`)));
      select.value = state[name];
      select.parentElement.hidden = options.length < 2 && !state[name];
    };
    const heads = columns => {
      const focused = document.activeElement.dataset.key;
      const key = state.sort.replace("-", "") || (state.q ? "" : "name");
      const made = el("tr", {}, ...columns.map(([name, heading]) => {
        const button = el("button", {type: "button", "data-key": name}, heading);
        button.addEventListener("click", () => {
          const first = (order[name][1] ? "-" : "") + name;
          const other = order[name][1] ? name : "-" + name;
          go({sort: state.sort === first || (name === "name" && key === name && !state.sort) ? other : first});
        });
        const sorted = key === name ? (state.sort.startsWith("-") ? "descending" : "ascending") : null;
        return el("th", {scope: "col", class: name, "aria-sort": sorted}, button);
      }));
      table.tHead.replaceChildren(made);
      if (focused) find(`[data-key="${CSS.escape(focused)}"]`, made)?.focus();
    };
    const leaf = (number, last) => {
      const shown = [...new Set([1, number - 2, number - 1, number, number + 1, number + 2, last])]
        .filter(n => n >= 1 && n <= last).sort((a, b) => a - b);
      pager.replaceChildren(el("ol", {}, ...shown.map(n => {
        if (n === number) return el("li", {}, el("span", {"aria-current": "page"}, String(n)));
        const turned = el("a", {href: address({...state, page: n})}, String(n));
        turned.addEventListener("click", event => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go({page: n}).then(() => bar.scrollIntoView());
        });
        return el("li", {}, turned);
      })));
      pager.hidden = last < 2;
    };
    const draw = async () => {
      const mine = ++turn;
      const rows = (await Promise.all(words.files.map(file => get("assets/index/" + file)))).flat();
      const found = state.q ? await search(state.q, Infinity) : null;
      if (mine !== turn) return;
      const numbers = found || rows.map((row, n) => n);
      const passes = (row, but) => facets.every(name => name === but || !state[name] || value[name](row) === state[name]);
      for (const name of facets) fill(name, numbers.map(n => rows[n]).filter(row => passes(row, name)));
      const kept = numbers.filter(n => passes(rows[n]));
      if (state.sort) {
        const down = state.sort.startsWith("-");
        const by = order[state.sort.replace("-", "")][0];
        const keys = new Map(kept.map(n => [n, by(rows[n], n)]));
        kept.sort((a, b) => {
          const [x, y] = [keys.get(a), keys.get(b)];
          return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1) || a - b;
        });
      }
      const last = Math.max(Math.ceil(kept.length / words.page), 1);
      state.page = Math.min(state.page, last);
      const start = (state.page - 1) * words.page;
      const shown = kept.slice(start, start + words.page);
      if (address(state) === location.pathname) {
        table.replaceChildren(...original);
        pager.replaceChildren(...pages);
        pager.hidden = false;
        heads(columns);
      } else {
        const text = (name, n) => cells[name](rows[n]).map(x => x.textContent || x).join();
        const varied = words.columns.filter(([name]) => name === "name" || new Set(shown.map(n => text(name, n))).size > 1);
        table.tBodies[0].replaceWith(el("tbody", {}, ...shown.map(n => el("tr", {}, ...varied.map(([name]) => el("td", {class: name === "name" ? null : name, dir: "auto"}, ...cells[name](rows[n])))))));
        heads(varied);
        leaf(state.page, last);
      }
      if (document.activeElement !== box) box.value = state.q;
      output.textContent = shown.length === kept.length ? briefings(kept.length) : `${start + 1}–${start + shown.length} of ${kept.length}`;
      bar.hidden = false;
    };
    bar.addEventListener("submit", event => event.preventDefault());
    box.addEventListener("input", event => go({q: event.target.value.trim(), sort: ""}, true));
    bar.addEventListener("change", event => {
      if (event.target.name !== "q") go({[event.target.name]: event.target.value});
    });
    addEventListener("popstate", () => { state = read(); draw(); });
    await draw();
  };
  const table = find("#index"), bar = find("main > .bar");
  if (table && bar) index(table, bar).catch(() => { bar.hidden = true; });

  globalThis.briefings = {get, el, find, link, chip, combobox, named};
})();
