/*
 * shop/reader.js - reads the facts of a page, and scrolls through it.  It runs in a
 * world of its own: it shares the page's document, and nothing of its scripts, so
 * what a page does to Array or JSON is not done to us.
 */
(function () {
	"use strict";
	if (globalThis.__liudi)
		return;
	const TEXT = 1024, MANY = 20000;
	let room = 2 << 20;	/* characters, of all that is told */

	function cut(s) {
		s = String(s === null || s === undefined ? "" : s)
		    .replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
		if (s.length > TEXT)
			s = s.slice(0, TEXT);
		room -= s.length + 16;
		return s;
	}
	function full(list) {
		return list.length >= MANY || room < 0;
	}
	/* An address that is the thing itself is told by what all of it is. */
	function address(s) {
		if (s.length <= TEXT || !s.startsWith("data:"))
			return cut(s);
		let a = 0x811c9dc5, b = 0x1b873593;

		for (let i = 0; i < s.length; i++) {
			a = Math.imul(a ^ s.charCodeAt(i), 0x01000193);
			b = Math.imul(b ^ s.charCodeAt(i), 0x85ebca6b) ^
			    (b >>> 15);
		}
		return cut(s.slice(0, s.indexOf(",") + 1).slice(0, 64) + s.length +
		    "-" + (a >>> 0).toString(16) + (b >>> 0).toString(16));
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
			/* Live lists: the first that is another's is soon found. */
			for (const o of up.getElementsByTagName("a")) {
				const other = o.href && item_id(o.href);

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

			if (s && !full(out)) {
				const r = box(block);

				out.push({text: s, y: r.y, h: r.h});
			}
			line = "";
		}
		for (let n = walk.nextNode(); n && !full(out);
		    n = walk.nextNode()) {
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

			if (!id || had.has(id) || full(out))
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
			    image: img ? address(img.currentSrc || img.src) :
			    null,
			    y: box(card).y, h: box(card).h});
		}
		return out;
	}
	function images() {
		const out = [];

		for (const i of document.images) {
			const r = box(i);

			if (!full(out))
				out.push({src: address(i.currentSrc || i.src),
				    alt: cut(i.alt), w: i.naturalWidth,
				    h: i.naturalHeight, x: r.x, y: r.y, cw: r.w,
				    ch: r.h, broken: i.complete &&
				    i.naturalWidth === 0 && !!i.src});
		}
		for (const el of document.querySelectorAll("body *")) {
			const b = getComputedStyle(el).backgroundImage;
			const m = b && b.match(/^url\("(https?:[^"]+)"\)/);

			if (m && !full(out)) {
				const r = box(el);

				out.push({src: cut(m[1]), alt: "", w: 0, h: 0,
				    x: r.x, y: r.y, cw: r.w, ch: r.h,
				    broken: false});
			}
		}
		return out;
	}
	function facts() {
		if (!document.body)
			return "{}";
		const riddle = "[id*=captcha i],[class*=captcha i]," +
		    "iframe[src*=captcha i],#nocaptcha,.nc-container," +
		    "[class*=baxia],#challenge-form,.cf-turnstile";
		const words = /滑动验证|安全验证|拖动滑块|人机验证|访问受限|unusual traffic|verify you are (a )?human|are you a robot|access denied/i;
		room = 2 << 20;
		const text = lines();
		const links = [];

		for (const a of document.querySelectorAll("a[href]"))
			if (!full(links))
				links.push({href: cut(a.href),
				    text: cut(a.innerText || a.title)});
		return JSON.stringify({
			url: location.href, title: cut(document.title),
			width: document.documentElement.clientWidth,
			height: Math.max(document.documentElement.scrollHeight,
			    document.body ? document.body.scrollHeight : 0),
			text: text, items: items(), links: links,
			images: images(), more: room < 0,
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

	/* All pictures have come, or cannot. */
	function settled() {
		return [].every.call(document.images, function (i) {
			return i.complete;
		});
	}

	globalThis.__liudi = {facts: facts, scroll: scroll, top: top,
	    settled: settled};
})();
