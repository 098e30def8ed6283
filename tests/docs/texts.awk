# tests/docs/texts.awk - the literals of C files, adjacent ones joined, still
# with their escapes; one a line.
#
#	awk -v want=shown -f texts.awk FILE...	those that users read
#	awk -v want=events -f texts.awk FILE...	those of events only
#	awk -v want=all   -f texts.awk FILE...	all
#	awk -v want=table -f texts.awk tr.c	the English column of the table
#	awk -v want=names -f texts.awk FILE...	those of the tables `named`
#
# Shown are: what stands in a call of one of `calls` (of `last` its last
# literal only); whole error texts and hints, which cannot be looked up once a
# conversion is filled in; .help; the help of options.
BEGIN {
	RS = "\001"	# a file is one record
	if (want == "")
		want = "shown"
	split("cli_tr cli_warn cli_passphrase put put_line put_op note " \
	    "warn warn_at with_identity cli_hint cli_count", w, " ")
	for (i in w)
		calls[w[i]] = 1
	split("cli_main cli_passphrase_from", w, " ")
	for (i in w)
		last[w[i]] = 1
	split("finding_add finding_once leave_out", w, " ")
	for (i in w)
		events[w[i]] = 1
	split("op_names source_state_name finding_severity_name what_names", w,
	    " ")
	for (i in w)
		named[w[i]] = 1
	split("err_set err_hint", w, " ")
	for (i in w)
		whole[w[i]] = 1
}

# Letters that are not part of a conversion or an escape?
function is_text(s) {
	gsub(/%[-0-9.*lzjh]*[a-zA-Z]/, "", s)
	gsub(/\\./, "", s)
	return s ~ /[a-zA-Z][a-zA-Z]/
}
function show(s) {
	if (is_text(s))
		print s
}

function tokens(s,    t) {
	n = 0
	while (match(s, /\/\*([^*]|\*+[^*\/])*\*+\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|[A-Za-z_][A-Za-z_0-9]*|[^ \t\n]/)) {
		t = substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
		if (substr(t, 1, 2) == "/*")
			continue
		if (substr(t, 1, 1) == "\"" && n > 0 &&
		    substr(tok[n], 1, 1) == "\"") {
			tok[n] = substr(tok[n], 1, length(tok[n]) - 1) \
			    substr(t, 2)
			continue
		}
		tok[++n] = t
	}
}
function literal(t) {
	return substr(t, 1, 1) == "\""
}
function inside(t) {
	return substr(t, 2, length(t) - 2)
}

# The call whose name is token I.
function call(i,    depth, j, name, found) {
	name = tok[i]
	found = ""
	for (j = i + 1; j <= n; j++) {
		if (tok[j] == "(")
			depth++
		else if (tok[j] == ")" && --depth == 0)
			break
		else if (!literal(tok[j]))
			continue
		else if (name in calls)
			show(inside(tok[j]))
		else
			found = inside(tok[j])
		# of an error text the format, not what is filled in
		if ((name in whole || name in events) && found ~ /[ %]/)
			break
	}
	if (name in events) {
		if (found ~ / /)
			show(found)
		return
	}
	# not the name of an option
	if (name in last && found !~ /^[a-z]+(-[a-z]+)+$/)
		show(found)
	else if (name in whole && found !~ /%[^%]/ && tok[j + 1] == ")") {
		gsub(/%%/, "%", found)
		show(found)
	}
}

# A table of options from token I on: the last literal of each row.
function options(i,    j, depth, found) {
	depth = 0
	for (j = i; j <= n && tok[j] != ";"; j++) {
		if (tok[j] == "{")
			depth++
		else if (literal(tok[j]))
			found = inside(tok[j])
		else if (tok[j] == "}" && depth-- == 2)
			show(found)
		if (tok[j] == "{")
			found = ""
	}
}

# What the array or function whose name is token I holds.
function names(i,    depth) {
	while (i <= n && tok[i] != ";" && tok[i] != "{")
		i++
	for (; i <= n && tok[i] != ";" || depth > 0; i++) {
		if (tok[i] == "{")
			depth++
		else if (tok[i] == "}" && --depth == 0)
			return
		else if (literal(tok[i]))
			show(inside(tok[i]))
	}
}

{
	tokens($0)
	for (i = 1; i <= n; i++) {
		if (want == "all") {
			if (literal(tok[i]))
				print inside(tok[i])
		} else if (want == "names") {
			if (tok[i] in named)
				names(i)
		} else if (want == "table") {
			if (literal(tok[i]) && tok[i - 1] == "{" &&
			    literal(tok[i + 2]) && tok[i + 3] == "}")
				print inside(tok[i])
		} else if (want == "events") {
			if (tok[i + 1] == "(" && tok[i] in events)
				call(i)
		} else if (tok[i + 1] == "(" && (tok[i] in calls ||
		    tok[i] in last || tok[i] in whole)) {
			call(i)
		} else if (tok[i] == "help" && tok[i - 1] == "." &&
		    tok[i + 1] == "=" && literal(tok[i + 2])) {
			show(inside(tok[i + 2]))
		} else if (tok[i] == "cli_option" && tok[i + 2] == "[") {
			options(i)
		}
	}
}
