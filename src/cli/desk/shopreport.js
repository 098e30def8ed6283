"use strict";
(function () {
	const root = document.documentElement;
	const range = document.getElementById("x");
	const slide = document.getElementById("m1");
	const links = [...document.querySelectorAll("ol a")];
	let at = -1;

	root.classList.add("on");
	if (!slide || !range)
		return;
	/* Two pictures beside each other are too small on a telephone. */
	if (matchMedia("(max-width: 34rem)").matches)
		slide.checked = true;
	function move() {
		root.style.setProperty("--x", range.value + "%");
	}
	range.addEventListener("input", move);
	move();
	for (const stage of document.querySelectorAll(".stage")) {
		let drags = false;

		const follow = function (ev) {
			const r = stage.getBoundingClientRect();

			range.value = (ev.clientX - r.left) * 100 / r.width;
			move();
		};
		stage.addEventListener("pointerdown", function (ev) {
			if (!slide.checked || ev.button)
				return;
			drags = true;
			follow(ev);
		});
		stage.addEventListener("pointermove", function (ev) {
			if (drags)
				follow(ev);
		});
		for (const end of ["pointerup", "pointercancel"])
			addEventListener(end, function () { drags = false; });
	}
	/* The change that was chosen, on whichever side can be seen. */
	function show(id) {
		let seen = null;

		for (const g of document.querySelectorAll(".mk"))
			g.classList.toggle("on", g.dataset.e === id);
		for (const g of document.querySelectorAll(".mk.on"))
			if (g.getClientRects().length && (!seen || g.id))
				seen = g;
		if (seen)
			seen.querySelector("rect").scrollIntoView(
			    {block: "center", behavior: "smooth"});
	}
	links.forEach(function (a, i) {
		a.addEventListener("click", function (ev) {
			at = i;
			ev.preventDefault();
			show(a.hash.slice(1));
		});
	});
	document.addEventListener("keydown", function (ev) {
		const mode = document.getElementById("m" + (ev.key - 1));

		if (ev.ctrlKey || ev.metaKey || ev.altKey)
			return;
		if (mode)
			mode.checked = true;
		if (!links.length || (ev.key !== "j" && ev.key !== "k"))
			return;
		at = Math.min(links.length - 1, Math.max(0, at +
		    (ev.key === "j" ? 1 : -1)));
		links[at].focus({preventScroll: true});
		links[at].click();
	});
})();
