"use strict";
// The page that compares; it uses the parts of site.js.
(() => {
  if (!globalThis.briefings) return;
  const {get, el, find, link, chip, combobox, named} = globalThis.briefings;
  const count = (number, one, many) => number + " " + (number === 1 ? one : many);
  const day = new Intl.DateTimeFormat("en-GB", {dateStyle: "long", timeZone: "UTC"});
  const written = date => /^\d{4}-\d\d-\d\d$/.test(date) ? day.format(new Date(date)) : date;
  const versus = (table, heads, rows) => table.replaceChildren(
    el("thead", {}, el("tr", {}, ...heads.map(head => el("th", {scope: "col"}, head)))),
    el("tbody", {}, ...rows.map(([head, ...cells]) => el("tr", {}, el("th", {scope: "row", dir: "auto"}, head),
      ...cells.map(cell => el("td", {dir: "auto"}, ...[cell].flat()))))));
  const sides = async section => {
    const inputs = [section.querySelector("[name=a]"), section.querySelector("[name=b]")];
    const status = find("[role=status]", section);
    const given = new URLSearchParams(location.search);
    const picked = ["a", "b"].map(name => given.get(name) || "").map(path => /^(institutions|events)\/[a-z0-9-]+$/.test(path) ? path : "");
    const one = async path => {
      try { return path ? await get(path + ".json") : null; } catch { status.textContent = "The data of a briefing could not be read."; return null; }
    };
    const draw = async () => {
      status.textContent = "";
      const shown = await Promise.all(picked.map(one));
      shown.forEach((profile, n) => { if (profile) inputs[n].value = profile.name; });
      const [a, b] = shown;
      if (!a || !b) return;
      const both = made => [a, b].map(made);
      const headings = [...new Set([a, b].flatMap(profile => profile.scores.map(score => score.heading)))];
      const grade = (profile, heading) => {
        const score = profile.scores.find(other => other.heading === heading);
        // A score without a scale has a number, which is for analysts.
        return !score ? "" : score.grade || (score.rated ? "" : "not rated");
      };
      const lines = texts => texts.map(text => el("p", {}, text));
      const rows = [
        ["Rating", ...both(p => p.rating_line)],
        ...headings.map(heading => [heading, ...both(p => grade(p, heading))]),
        ["Summary", ...both(p => lines(p.summary || []))],
        ["Factors", ...both(p => lines((p.factors || []).map(f => `${f.factor.replaceAll("_", " ")}: ${f.is}`)))],
        ["Sources", ...both(p => String(p.source_count))],
        ["Next date", ...both(p => p.next ? `${written(p.next.date)}: ${p.next.text}` : "")],
        ["Next review", ...both(p => p.review_by ? written(p.review_by) : "")],
      ].filter(([, ...values]) => values.some(value => value.length));
      versus(find("table", section), ["Briefing", ...shown.map((p, n) => link(p.name, picked[n] + ".html"))], rows);
    };
    inputs.forEach((input, n) => combobox(input, item => {
      picked[n] = item[1].replace(/\.html$/, "");
      const made = new URLSearchParams(["a", "b"].map((key, i) => [key, picked[i]]).filter(pair => pair[1]));
      history.replaceState(null, "", location.pathname + "?" + made);
      input.value = item[0];
      draw();
    }));
    section.hidden = false;
    await draw();
  };
  const days = async section => {
    const {dates, moves} = await get("assets/index/grades.json");
    const {from, to} = find("form", section).elements;
    const output = find("output", section);
    const option = (date, n) => el("option", {value: n}, day.format(new Date(date)));
    from.append(...dates.map(option));
    to.append(...dates.map(option));
    to.value = dates.length - 1;
    from.value = dates.length - 2;
    let turn = 0;
    const draw = async () => {
      const mine = ++turn;
      const at = number => new Map(moves.filter(move => move[0] <= number).map(move => [move[1], move]));
      const [before, after] = [at(+from.value), at(+to.value)];
      const numbers = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
      const differing = numbers.filter(n => (before.get(n) || [])[2] !== (after.get(n) || [])[2]);
      const rows = await Promise.all(differing.map(async n => {
        const [name, path] = await named(n);
        const shown = move => move ? chip(move[2], move[3]) : "not rated";
        return [link(name, path), shown(before.get(n)), shown(after.get(n))];
      }));
      if (mine !== turn) return;
      const label = select => select.selectedOptions[0].textContent;
      output.textContent = differing.length ? count(differing.length, "grade differs", "grades differ") : "The grades are the same.";
      versus(find("table", section), rows.length ? ["Briefing", label(from), label(to)] : [], rows);
    };
    section.addEventListener("change", draw);
    section.hidden = false;
    await draw();
  };
  const compared = find("#compare"), dated = find("#dates");
  if (compared) sides(compared).catch(() => {});
  if (dated) days(dated).catch(() => { dated.hidden = true; });
})();
