/*
 * tests/web/attack.js - what a page tries with one of another origin, which is
 * named behind "?at=".  window.got: what it got, a word a way; window.over.
 */
(async () => {
	const at = new URLSearchParams(location.search).get('at');
	const deed = 'do=reviewed&note=evil';
	const got = {};
	/* the event that says whether it came */
	const loads = (tag, set) => new Promise(done => {
		const e = Object.assign(document.createElement(tag), set);

		e.onload = () => done('got');
		e.onerror = () => done('no');
		document.body.append(e);
	});
	const late = p => Promise.race([p, new Promise(done =>
		setTimeout(done, 10000, 'no'))]);
	const no = () => 'no';

	got.read = await fetch(at + '/', {credentials: 'include'}).
		then(r => r.text()).then(() => 'got', no);
	got.take = await fetch(at + '/', {credentials: 'include',
		mode: 'no-cors'}).then(() => 'got', no);
	got.image = await late(loads('img', {src: at + '/'}));
	got.script = await late(loads('script', {src: at + '/assets/page.js'}));
	got.style = await late(loads('link', {rel: 'stylesheet',
		href: at + '/assets/style.css'}));
	got.socket = await late(new Promise(done => {
		const s = new WebSocket(at.replace('http:', 'ws:') + '/');

		s.onopen = () => done('got');
		s.onerror = () => done('no');
	}));
	got.send = await fetch(at + '/shop/lamps', {method: 'POST',
		body: new URLSearchParams(deed), credentials: 'include',
		mode: 'no-cors'}).then(() => 'got', no);
	navigator.sendBeacon(at + '/shop/lamps', new URLSearchParams(deed));

	/* a form of ours, into a frame of ours */
	const frame = document.createElement('iframe');
	const form = document.createElement('form');

	frame.name = 'there';
	document.body.append(frame);
	Object.assign(form, {action: at + '/shop/lamps', method: 'post',
		target: 'there'});
	for (const [k, v] of new URLSearchParams(deed))
		form.append(Object.assign(document.createElement('input'),
			{name: k, value: v}));
	document.body.append(form);
	await late(new Promise(done => {
		frame.onload = () => done();
		form.submit();
	}));
	try {
		got.form = frame.contentDocument.body ? 'got' : 'no';
	} catch {
		got.form = 'no';
	}

	/* in a frame, and in a window */
	await late(loads('iframe', {src: at + '/'}));
	const w = open(at + '/');

	for (let i = 0; w && i < 100 && !w.closed; i++)
		await new Promise(done => setTimeout(done, 50));
	try {
		got.window = !w || w.closed || !w.document.title ? 'no' : 'got';
	} catch {
		got.window = 'no';
	}
	got.handle = w && !w.closed ? 'got' : 'no';
	window.got = Object.entries(got).filter(e => e[1] !== 'no').
		map(e => e[0]).join() || 'nothing';
	window.over = true;
})();
