/*
 * shop/page.js - what runs in a page before its own scripts: a clock that we turn,
 * and a reader of facts.  Nothing is hidden from the page.
 *
 * Time stands at NOW until the page is complete, then goes as the real one does,
 * but in steps of 16 ms; __liudi.finish() turns it to exactly NOW + END and stops it.  So
 * carousels, countdowns and animations stand where they stood yesterday.
 */
(function () {
	"use strict";
	if (window.__liudi)
		return;
	const NOW = @NOW@, FREEZE = "@FREEZE@", STEP = 16, END = 6000,
	    PATIENCE = 3000;
	const real = {
		setInterval: window.setInterval.bind(window),
		clearInterval: window.clearInterval.bind(window),
		now: performance.now.bind(performance)
	};
	const RealDate = Date;
	let time = 0, seed = 1, ids = 1, stopped = false, depth = 0;
	let jobs = [], frames = [];

	function call(fn, args) {
		try {
			if (typeof fn === "function")
				fn.apply(window, args);
			else
				(0, eval)(String(fn));
		} catch (x) {
			real_error(x);
		}
	}
	function real_error(x) {
		/* As an error in a timer: told, and the next one runs. */
		try {
			window.dispatchEvent(new ErrorEvent("error",
			    {message: String(x), error: x}));
		} catch (y) {
			return;
		}
	}
	/* All that is due at `time`, in the order in which it falls due. */
	function run_due() {
		let ran = 0;

		for (;;) {
			let best = -1;

			for (let i = 0; i < jobs.length; i++)
				if (jobs[i].at <= time && (best < 0 ||
				    jobs[i].at < jobs[best].at ||
				    (jobs[i].at === jobs[best].at &&
				    jobs[i].id < jobs[best].id)))
					best = i;
			if (best < 0 || ++ran > 1000)
				return;
			const job = jobs[best];

			if (job.every > 0)
				job.at += job.every;
			else
				jobs.splice(best, 1);
			call(job.fn, job.args);
		}
	}
	function step() {
		const now = frames;

		time += STEP;
		depth++;
		run_due();
		frames = [];
		for (const f of now)
			call(f.fn, [time]);
		depth--;
	}
	function add(fn, ms, args, every) {
		const wait = Math.max(every ? 4 : 0, Number(ms) || 0);
		const id = ids++;

		if (!stopped && jobs.length < 10000)
			jobs.push({id: id, fn: fn, args: args, at: time + wait,
			    every: every ? wait : 0});
		return id;
	}
	function drop(id) {
		jobs = jobs.filter(function (j) { return j.id !== id; });
	}

	if (FREEZE === "clock") {
		window.setTimeout = function (fn, ms) {
			return add(fn, ms, [].slice.call(arguments, 2), false);
		};
		window.setInterval = function (fn, ms) {
			return add(fn, ms, [].slice.call(arguments, 2), true);
		};
		window.clearTimeout = window.clearInterval = drop;
		window.requestAnimationFrame = function (fn) {
			const id = ids++;

			if (!stopped)
				frames.push({id: id, fn: fn});
			return id;
		};
		window.cancelAnimationFrame = function (id) {
			frames = frames.filter(function (f) {
				return f.id !== id;
			});
		};
		window.requestIdleCallback = function (fn) {
			return add(function () {
				fn({didTimeout: false,
				    timeRemaining: function () { return 10; }});
			}, 1, [], false);
		};
		window.cancelIdleCallback = drop;
		window.Date = class Date extends RealDate {
			constructor() {
				if (arguments.length === 0)
					super(NOW + time);
				else
					super(...arguments);
			}
			static now() { return NOW + time; }
		};
		performance.now = function () { return time; };
		Math.random = function () {
			/* mulberry32 */
			let t = seed = (seed + 0x6D2B79F5) | 0;

			t = Math.imul(t ^ (t >>> 15), t | 1);
			t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
			return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
		};
		const begin = real.now();
		let last = begin, runs = false;
		const pump = real.setInterval(function () {
			if (stopped)
				return real.clearInterval(pump);
			const now = real.now();

			/*
			 * It stands until the page is complete, so that what the
			 * page starts by itself starts at one moment, however
			 * slowly it came.
			 */
			if (!runs) {
				runs = document.readyState === "complete" ||
				    now - begin > PATIENCE;
				last = now;
				if (!depth)
					run_due();
				return;
			}
			/* Half is left for finish(): it shall not be reached. */
			while (now - last >= STEP && time < END / 2 && !depth) {
				last += STEP;
				step();
			}
			if (time >= END / 2)
				last = now;
		}, STEP);
	}

	const CALM = "*,*::before,*::after{animation:none!important;" +
	    "transition:none!important;caret-color:transparent!important;" +
	    "scroll-behavior:auto!important}";

	function finish() {
		if (FREEZE === "clock") {
			while (time < END)
				step();
			stopped = true;
			jobs = [];
			frames = [];
		}
		if (FREEZE !== "none") {
			const style = document.createElement("style");

			style.textContent = CALM;
			(document.head || document.documentElement)
			    .appendChild(style);
			for (const m of document.querySelectorAll("video,audio"))
				try { m.pause(); m.currentTime = 0; } catch (x) {
					continue;
				}
		}
		return true;
	}

	/* --- Facts. */

	const TEXT = 4096, MANY = 20000;

	function cut(s) {
		s = String(s === null || s === undefined ? "" : s)
		    .replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
		return s.length > TEXT / 4 ? s.slice(0, TEXT / 4) : s;
	}
	function shown(el) {
		if (!el.getClientRects().length)
			return false;
		const s = getComputedStyle(el);

		return s.visibility !== "hidden" && s.opacity !== "0";
	}
	function box(el) {
		const r = el.getBoundingClientRect();

		return {x: Math.round(r.left + window.scrollX),
		    y: Math.round(r.top + window.scrollY),
		    w: Math.round(r.width), h: Math.round(r.height)};
	}
	const PRICE = new RegExp("(?:US\\s?\\$|HK\\s?\\$|[￥¥$€£]|RMB|USD|EUR)" +
	    "\\s?\\d[\\d,]*(?:\\.\\d+)?(?:\\s?[-~–]\\s?\\d[\\d,]*(?:\\.\\d+)?)?" +
	    "|\\d[\\d,]*(?:\\.\\d+)?\\s?(?:元|€|USD|EUR)", "i");

	/* What a link's address calls its goods; null: it calls none. */
	function item_id(href) {
		let u;

		try {
			u = new URL(href);
		} catch (x) {
			return null;
		}
		for (const k of ["id", "offerId", "itemId", "item_id", "productId",
		    "product_id", "goods_id", "sku"]) {
			const v = u.searchParams.get(k);

			if (v && /^[\w.-]{1,64}$/.test(v))
				return v;
		}
		const m = u.pathname.match(
		    /(?:item|offer|product|products|goods|itm|dp|detail|p)[\/_-]([\w.-]{1,64}?)(?:\.html?)?\/?$/i);

		return m ? m[1] : null;
	}
	/* The smallest thing around a link that holds no other goods. */
	function card_of(a, id) {
		let el = a;

		for (let up = a.parentElement, n = 0; up && n < 6 &&
		    up !== document.body; up = up.parentElement, n++) {
			for (const o of up.querySelectorAll("a[href]")) {
				const other = item_id(o.href);

				if (other && other !== id)
					return el;
			}
			el = up;
		}
		return el;
	}
	function lines() {
		const out = [];
		const walk = document.createTreeWalker(document.body,
		    NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
		let line = "", block = null;

		function end() {
			const s = cut(line);

			if (s && out.length < MANY) {
				const r = box(block);

				out.push({text: s, y: r.y, h: r.h});
			}
			line = "";
		}
		for (let n = walk.nextNode(); n; n = walk.nextNode()) {
			const el = n.parentElement;

			if (n.nodeType !== Node.TEXT_NODE) {
				if (n.tagName === "BR")
					end();
				continue;
			}
			if (!el || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(
			    el.tagName) || !n.data.trim())
				continue;
			let b = el;

			while (b.parentElement &&
			    getComputedStyle(b).display.startsWith("inline"))
				b = b.parentElement;
			if (b !== block)
				end();
			block = b;
			/* What nobody sees is told as what it is. */
			line += (shown(el) ? "" : line ? "" : "[hidden] ") +
			    n.data;
		}
		end();
		return out;
	}
	function items() {
		const out = [], had = new Set();

		for (const a of document.querySelectorAll("a[href]")) {
			const id = item_id(a.href);

			if (!id || had.has(id) || out.length >= MANY)
				continue;
			had.add(id);
			const card = card_of(a, id);
			const img = card.querySelector("img");
			const price = card.innerText.match(PRICE);
			const title = a.title || a.innerText ||
			    (img && img.alt) || "";

			out.push({id: id, href: cut(a.href),
			    title: cut(title.replace(PRICE, "")),
			    price: price ? cut(price[0]) : null,
			    image: img ? cut(img.currentSrc || img.src) : null,
			    y: box(card).y, h: box(card).h});
		}
		return out;
	}
	function images() {
		const out = [];

		for (const i of document.images) {
			const r = box(i);

			if (out.length < MANY)
				out.push({src: cut(i.currentSrc || i.src),
				    alt: cut(i.alt), w: i.naturalWidth,
				    h: i.naturalHeight, x: r.x, y: r.y, cw: r.w,
				    ch: r.h, broken: i.complete &&
				    i.naturalWidth === 0 && !!i.src});
		}
		for (const el of document.querySelectorAll("body *")) {
			const b = getComputedStyle(el).backgroundImage;
			const m = b && b.match(/^url\("(https?:[^"]+)"\)/);

			if (m && out.length < MANY) {
				const r = box(el);

				out.push({src: cut(m[1]), alt: "", w: 0, h: 0,
				    x: r.x, y: r.y, cw: r.w, ch: r.h,
				    broken: false});
			}
		}
		return out;
	}
	function facts() {
		const riddle = "[id*=captcha i],[class*=captcha i]," +
		    "iframe[src*=captcha i],#nocaptcha,.nc-container," +
		    "[class*=baxia],#challenge-form,.cf-turnstile";
		const words = /滑动验证|安全验证|拖动滑块|人机验证|访问受限|unusual traffic|verify you are (a )?human|are you a robot|access denied/i;
		const text = lines();
		const links = [];

		for (const a of document.querySelectorAll("a[href]"))
			if (links.length < MANY)
				links.push({href: cut(a.href),
				    text: cut(a.innerText || a.title)});
		return JSON.stringify({
			url: location.href, title: cut(document.title),
			width: document.documentElement.clientWidth,
			height: Math.max(document.documentElement.scrollHeight,
			    document.body ? document.body.scrollHeight : 0),
			text: text, items: items(), links: links,
			images: images(),
			login: [].some.call(document.querySelectorAll(
			    "input[type=password]"), shown),
			captcha: [].some.call(document.querySelectorAll(
			    riddle), shown) || (text.length < 40 &&
			    text.some(function (l) { return words.test(l.text); }))
		});
	}

	/* Steps down so that lazy images come; true at the end. */
	let at = 0;

	function scroll() {
		const end = document.documentElement.scrollHeight;

		at += Math.max(200, Math.round(window.innerHeight * 0.9));
		window.scrollTo(0, Math.min(at, end));
		return at >= end;
	}
	function top() {
		window.scrollTo(0, 0);
		for (const i of document.images)
			i.loading = "eager";
		return [].every.call(document.images, function (i) {
			return i.complete;
		});
	}

	Object.defineProperty(window, "__liudi", {value: Object.freeze({
		finish: finish, facts: facts, scroll: scroll, top: top
	})});
})();
