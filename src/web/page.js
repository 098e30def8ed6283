/* What the page does besides: everything works without it. */
'use strict';

const zh = document.documentElement.lang.startsWith('zh');

/* Commands that are shown can be copied. */
for (const pre of document.querySelectorAll('pre.copy')) {
	const button = document.createElement('button');

	button.type = 'button';
	button.textContent = zh ? '复制' : 'copy';
	button.addEventListener('click', async () => {
		await navigator.clipboard.writeText(pre.textContent);
		button.textContent = zh ? '已复制' : 'copied';
	});
	pre.after(button);
}

/* What is wider than its place can be moved by keys. */
function reach()
{
	for (const e of document.querySelectorAll('.wide, pre'))
		if (e.scrollWidth > e.clientWidth)
			e.tabIndex = 0;
}
reach();
addEventListener('resize', reach);

/* Keys, as /help lists them: one, or g and one more. */
let went = 0;

function step(by)
{
	const stops = [...document.querySelectorAll('main section, .talk > li')];
	const at = stops.findIndex(s => s.getBoundingClientRect().top > 2);
	const here = at < 0 ? stops.length : at;
	const to = by > 0 ?
	    stops.findIndex((s, i) => i >= here &&
	        s.getBoundingClientRect().top > 9) :
	    here - 1;

	stops[to]?.scrollIntoView();
}

document.addEventListener('keydown', e => {
	const ways = {t: '/', c: '/chats', i: '/integrity', s: '/shops',
	    a: '/accounts', h: '/help'};
	const find = document.querySelector('.find input');

	if (e.ctrlKey || e.altKey || e.metaKey ||
	    e.target.closest('input, select, textarea'))
		return;
	if (Date.now() - went < 1500 && ways[e.key])
		location.href = ways[e.key];
	else if (e.key === '/' && find)
		find.focus();
	else if (e.key === '?')
		location.href = '/help';
	else if (e.key === 'j' || e.key === 'k')
		step(e.key === 'j' ? 1 : -1);
	else if (e.key !== 'g')
		return;
	went = e.key === 'g' ? Date.now() : 0;
	e.preventDefault();
});
