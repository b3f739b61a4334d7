/* Searches the indexes that Pagefind made of this website or of the whole portal; docs/search.md tells how.
   Everything shown is put in as text: neither a question nor an index can bring markup. */
(function () {
  "use strict";
  var form = document.getElementById("ct-find");
  if (!form || !window.Promise || !window.fetch) return;
  var told = document.getElementById("ct-find-told");
  var list = document.getElementById("ct-found");
  var more = document.getElementById("ct-find-more");
  var help = document.getElementById("ct-find-help");
  var wider = document.getElementById("ct-find-wider");
  var lists = document.getElementById("ct-find-lists");
  var selects = Array.prototype.slice.call(form.querySelectorAll("select"));
  var set = form.dataset;
  var lang = document.documentElement.lang;
  var folder = set.root + "tim-kiem/chi-muc/";
  var isPortal = !set.portal;
  var PAGE = 10;
  // Behind the host on a machine where someone looks at a network before it is published.
  var suffix = location.host.slice(set.host.length);
  var opened = {};
  var asked = 0;
  var waiting = [];
  var count = 0;

  // --- Letters -------------------------------------------------------------------------------------------------
  // Indexes hold ḓ for đ, which Pagefind then takes for a d with a mark (congtin/release/search/letters.py).
  function mapped(text) {
    return text.normalize("NFC").replace(/đ/g, "ḓ").replace(/Đ/g, "Ḓ");
  }
  function back(text) {
    return text.replace(/ḓ/g, "đ").replace(/Ḓ/g, "Đ");
  }
  // The tone of oa, oe and uy stands on the first letter in one habit of writing and on the second in the other.
  var PAIRS = ["óa oá", "òa oà", "ỏa oả", "õa oã", "ọa oạ", "óe oé", "òe oè", "ỏe oẻ", "õe oẽ", "ọe oẹ", "úy uý", "ùy uỳ", "ủy uỷ", "ũy uỹ", "ụy uỵ"];
  var TONES = {};
  PAIRS.forEach(function (pair) {
    var both = pair.split(" ");
    TONES[both[0]] = TONES[both[1]] = both;
  });
  function spelled(word, habit) {
    var low = word.toLowerCase();
    var end = low.slice(-2);
    // After q the u belongs to the consonant: quý has one spelling.
    return TONES[end] && !/q..$/.test(low) ? low.slice(0, -2) + TONES[end][habit] : word;
  }
  function spellings(text) {
    var words = text.split(" ");
    var open = words.filter(function (word) { return spelled(word, 0) !== spelled(word, 1); }).length;
    var all = [];
    // Both habits mixed in one phrase are looked for too while there are few ways to mix them.
    for (var mix = 0; mix < Math.pow(2, Math.min(open, 3)); mix++) {
      var place = 0;
      all.push(words.map(function (word) {
        if (spelled(word, 0) === spelled(word, 1)) return word;
        return spelled(word, (mix >> Math.min(place++, 2)) & 1);
      }).join(" "));
    }
    return all;
  }

  // --- Indexes -------------------------------------------------------------------------------------------------
  function open(scope, again) {
    if (!opened[scope] || again) {
      opened[scope] = fetch(folder + scope + ".json", { cache: again ? "reload" : "no-cache" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (index) {
        if (!index.parts.length) return [];
        return import(location.origin + folder + index.parts[0] + "/pagefind.js").then(function (pagefind) {
          return Promise.all(index.parts.map(function (part) {
            var one = pagefind.createInstance({
              basePath: folder + part + "/", baseUrl: "/", excerptLength: 36,
              ranking: { metaWeights: { title: 6, number: 8 } }
            });
            return one.init().then(function () { return one; });
          }));
        });
      });
      opened[scope].catch(function () { delete opened[scope]; });
    }
    return opened[scope];
  }
  // Ask every part of an index; what they found comes best first.
  function ask(parts, words, options, exact) {
    return Promise.all(parts.map(function (part) {
      return part.options({ exactDiacritics: exact }).then(function () { return part.search(words, options); });
    })).then(function (answers) {
      var all = [];
      answers.forEach(function (answer, part) {
        answer.results.forEach(function (result, place) {
          all.push({ key: part + " " + result.id, score: result.score, place: place, data: result.data });
        });
      });
      // Without words there is no score: parts take turns.
      return all.sort(function (one, other) { return other.score - one.score || one.place - other.place; });
    });
  }
  // One question after the other, each answer behind the ones before, nothing twice.
  function askAll(parts, questions, options, exact) {
    var found = [];
    var known = {};
    return questions.reduce(function (before, words) {
      return before.then(function () { return ask(parts, words, options, exact); }).then(function (results) {
        results.forEach(function (result) {
          if (!known[result.key]) { known[result.key] = true; found.push(result); }
        });
      });
    }, Promise.resolve()).then(function () { return found; });
  }
  function find(parts, query, options) {
    if (!query) return ask(parts, null, { filters: options.filters, sort: { date: "desc" } }, false);
    var quoted = /^".+"$/.test(query);
    var plain = mapped(query.replace(/"/g, " ").replace(/\s+/g, " ").trim());
    var exact = /[^\x00-\x7f]/.test(plain);
    function questions(text) {
      var ways = spellings(text);
      var phrases = ways.map(function (way) { return '"' + way + '"'; });
      return quoted ? phrases : phrases.concat(ways);
    }
    var parted = plain.replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
    return askAll(parts, questions(plain), options, exact).then(function (found) {
      return found.length || !exact ? found : askAll(parts, questions(plain), options, false);
    }).then(function (found) {
      return found.length || !parted || parted === plain ? found : askAll(parts, questions(parted), options, false);
    });
  }

  // --- What is shown -------------------------------------------------------------------------------------------
  function say(text, query) {
    told.textContent = (text || "").replace("{count}", count.toLocaleString(lang)).replace("{query}", query || "");
  }
  function make(name, text, parent) {
    var element = document.createElement(name);
    if (text) element.textContent = text;
    if (parent) parent.appendChild(element);
    return element;
  }
  function marked(excerpt, parent) {
    // Parsed apart, where nothing is loaded or run; only text and marks are taken over.
    var nodes = new DOMParser().parseFromString(excerpt, "text/html").body.childNodes;
    Array.prototype.forEach.call(nodes, function (node) {
      if (node.nodeName === "MARK") make("mark", back(node.textContent), parent);
      else parent.appendChild(document.createTextNode(back(node.textContent)));
    });
  }
  // path, day and language stand in the address that Pagefind was given.
  function place(url, scope) {
    var parts = /^\/?(.*\/)_\.([0-9-]*)\.([A-Za-z0-9-]*)\.html$/.exec(url);
    var host = set.host;
    var path = "/" + parts[1];
    if (scope === "portal") {
      host = parts[1].slice(0, parts[1].indexOf("/"));
      path = parts[1].slice(host.length);
    }
    return { host: host, path: path, day: parts[2], lang: parts[3], href: location.protocol + "//" + host + suffix + path };
  }
  // A page that is gone since the index was made is not shown; where nobody can tell, it is.
  function lives(where) {
    var own = where.host === set.host;
    var address = own ? where.path : set.root + "tim-kiem/con/" + where.host + where.path;
    return fetch(address, { method: "HEAD", redirect: "manual", cache: "no-cache" }).then(function (answer) {
      return answer.status !== 410 && !(own && answer.status === 404);
    }, function () { return true; });
  }
  function entry(data, where, scope) {
    var item = make("li");
    var title = make("h2", "", item);
    var link = make("a", back(data.meta.title || ""), title);
    link.href = where.href;
    if (where.lang && where.lang !== lang) link.lang = link.hreflang = where.lang;
    var facts = make("p", "", item);
    facts.className = "meta";
    var filters = data.filters || {};
    if (data.meta.number && link.textContent.indexOf(back(data.meta.number)) < 0) make("strong", back(data.meta.number), facts);
    if (where.day) {
      var day = new Date(where.day + "T12:00:00Z").toLocaleDateString(lang, { dateStyle: "long", timeZone: "UTC" });
      make("time", day, facts).dateTime = where.day;
    }
    if (filters.type) make("span", filters.type[0], facts);
    if (scope === "portal" && filters.site) make("span", set.opens.replace("{site}", filters.site[0]), facts);
    else if (filters.section) make("span", filters.section[0], facts);
    var text = make("p", "", item);
    if (link.lang) text.lang = link.lang;
    marked(data.excerpt || "", text);
    return item;
  }
  // Show the next results; those that are gone make room for others.
  function show(mine, scope, focus) {
    var batch = waiting.splice(0, PAGE);
    return Promise.all(batch.map(function (result) {
      return result.data().then(function (data) {
        var where = place(data.url, scope);
        return lives(where).then(function (alive) { return alive && entry(data, where, scope); });
      });
    })).then(function (items) {
      if (mine !== asked) return;
      var first = null;
      items.forEach(function (item) {
        if (!item) { count--; return; }
        list.appendChild(item);
        first = first || item;
      });
      more.hidden = !waiting.length;
      if (!first && waiting.length) return show(mine, scope, focus);
      if (first && focus) first.querySelector("a").focus();
    });
  }

  // --- The form ------------------------------------------------------------------------------------------------
  function chosen() {
    var filters = {};
    selects.forEach(function (select) { if (select.value) filters[select.name] = select.value; });
    return filters;
  }
  function offer(parts, wanted) {
    return Promise.all(parts.map(function (part) { return part.filters(); })).then(function (all) {
      selects.forEach(function (select) {
        var counts = {};
        all.forEach(function (filters) {
          var values = filters[select.name] || {};
          Object.keys(values).forEach(function (value) { counts[value] = (counts[value] || 0) + values[value]; });
        });
        while (select.length > 1) select.remove(1);
        var values = Object.keys(counts).sort(function (one, other) {
          return select.name === "year" ? other - one : one.localeCompare(other, lang);
        });
        values.forEach(function (value) {
          select.add(new Option(value + " (" + counts[value].toLocaleString(lang) + ")", value));
        });
        select.value = counts[wanted[select.name]] ? wanted[select.name] : "";
        select.parentNode.hidden = values.length < 2;
      });
      form.querySelector(".narrow").hidden = selects.every(function (select) { return select.parentNode.hidden; });
    });
  }
  function run(state, again) {
    var mine = ++asked;
    var query = (state.get("q") || "").slice(0, 200).trim();
    var scope = isPortal && state.get("scope") === "portal" ? "portal" : "site";
    var wanted = {};
    selects.forEach(function (select) { if (state.get(select.name)) wanted[select.name] = state.get(select.name); });
    var idle = !query && !Object.keys(wanted).length;
    form.elements.q.value = query;
    form.querySelector("[name=scope][value=" + scope + "]").checked = true;
    list.textContent = "";
    waiting = [];
    more.hidden = help.hidden = true;
    lists.hidden = !idle;
    say(idle ? "" : set.searching);
    return open(scope, again).then(function (parts) {
      return offer(parts, wanted).then(function () {
        return idle ? null : find(parts, query, { filters: chosen() });
      });
    }).then(function (found) {
      if (mine !== asked || !found) return;
      count = found.length;
      waiting = found;
      return show(mine, scope, false).then(function () {
        if (mine !== asked) return;
        help.hidden = count > 0;
        wider.hidden = scope === "portal";
        wider.firstChild.search = "?" + new URLSearchParams({ q: query, scope: "portal" });
        say(!count ? set.none : !query ? set.listed : count === 1 ? set.one : set.many, query);
      });
    }).catch(function (error) {
      if (mine !== asked) return;
      // What was opened may have been replaced meanwhile.
      if (!again) return run(state, true);
      if (!idle) say(set.failed);
      lists.hidden = false;
      console.warn("search:", error);
    });
  }
  function asWritten() {
    var state = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (value && !(name === "scope" && value === "site")) state.set(name, value);
    });
    return state;
  }
  function go(event) {
    var state = asWritten();
    if (event) event.preventDefault();
    // The index of the whole portal is the portal's own.
    if (state.get("scope") === "portal" && !isPortal) {
      selects.forEach(function (select) { state.delete(select.name); });
      var there = new URL(set.portal);
      there.search = "?" + state;
      location.assign(there);
      return;
    }
    history.pushState(null, "", "?" + state);
    run(state);
  }
  form.addEventListener("submit", go);
  form.addEventListener("change", function (event) {
    // Another index has other filters.
    if (event.target.name === "scope") selects.forEach(function (select) { select.value = ""; });
    if (event.target.name === "q" || (event.target.name === "scope" && !isPortal)) return;
    go();
  });
  more.addEventListener("click", function () {
    var state = new URLSearchParams(location.search);
    show(asked, isPortal && state.get("scope") === "portal" ? "portal" : "site", true);
  });
  addEventListener("popstate", function () { run(new URLSearchParams(location.search)); });
  form.querySelector(".scope").hidden = false;
  run(new URLSearchParams(location.search));
})();
