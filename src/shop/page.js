/*
 * shop/page.js - what runs in a page before its own scripts: a clock that we turn.
 * Nothing is hidden from the page.
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

	/* Each animation is over; what only goes round and round never began. */
	const CALM = "*,*::before,*::after{animation-delay:0s!important;" +
	    "animation-duration:0s!important;" +
	    "animation-iteration-count:1!important;transition:none!important;" +
	    "caret-color:transparent!important;" +
	    "scroll-behavior:auto!important}";

	function each(list, fn) {
		for (const x of list)
			try {
				fn(x);
			} catch (y) {
				continue;
			}
	}
	function calm() {
		const style = new CSSStyleSheet();

		/* Not an element: a page may forbid those (CSP). */
		style.replaceSync(CALM);
		document.adoptedStyleSheets =
		    [...document.adoptedStyleSheets, style];
		each(document.getAnimations(), function (a) {
			try {
				a.finish();
			} catch (x) {
				a.cancel();	/* it has no end */
			}
		});
		each(document.querySelectorAll("svg"), function (g) {
			g.pauseAnimations();
			g.setCurrentTime(0);
		});
		each(document.querySelectorAll("video,audio"), function (m) {
			m.pause();
			m.currentTime = 0;
		});
		/* It has no position that it would keep: its content is shown. */
		each(document.querySelectorAll("marquee"), function (m) {
			const box = document.createElement("div");
			const size = getComputedStyle(m);

			box.id = m.id;
			box.className = m.className;
			box.style.width = size.width;
			box.style.height = size.height;
			box.style.overflow = "hidden";
			box.append(...m.childNodes);
			m.replaceWith(box);
		});
	}
	function finish() {
		if (FREEZE === "clock") {
			while (time < END)
				step();
			stopped = true;
			jobs = [];
			frames = [];
		}
		if (FREEZE !== "none")
			calm();
		return true;
	}

	Object.defineProperty(window, "__liudi", {value: Object.freeze({
		finish: finish
	})});
})();
