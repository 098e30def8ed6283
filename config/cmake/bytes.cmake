# A file as a C string: cmake -DIN=x.ini -DOUT=x.c -DHEADER=room/x.h -DNAME=x
# -P bytes.cmake
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(................)" "\\1\n" lines "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "(char)0x\\1," bytes "${lines}")
get_filename_component(from ${IN} NAME)
file(WRITE ${OUT} "/* Made of ${from}. */\n#include \"${HEADER}\"\n\n"
	"const char ${NAME}[] = {\n${bytes}0\n};\n")
