# A room is a folder of src/ and a static library of the same name.
#
#   liudi_room(chunk DEPENDS base crypto LIBS PkgConfig::SQLITE
#              SOURCES chunker.c chunker.h)
#
# DEPENDS is the list that tests/structure.sh holds every #include against.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(GIT2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(UCHARDET REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(XML REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAJL REQUIRED IMPORTED_TARGET yajl)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-i18n icu-uc)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)

function(liudi_room NAME)
	cmake_parse_arguments(R "" "" "DEPENDS;LIBS;SOURCES" ${ARGN})
	add_library(liudi_${NAME} STATIC ${R_SOURCES})
	target_link_libraries(liudi_${NAME} PUBLIC liudi_flags)
	foreach(dep IN LISTS R_DEPENDS)
		target_link_libraries(liudi_${NAME} PUBLIC liudi_${dep})
	endforeach()
	target_link_libraries(liudi_${NAME} PRIVATE ${R_LIBS})
endfunction()

# liudi_test(chunk chunker [LIBS ...] [DEPENDS ...]): tests/chunk/chunker_test.c
# becomes the ctest "chunk.chunker".
function(liudi_test ROOM MODULE)
	cmake_parse_arguments(T "" "" "LIBS;DEPENDS" ${ARGN})
	set(exe ${MODULE}_test)
	add_executable(${exe} ${ROOM}/${MODULE}_test.c)
	target_link_libraries(${exe} PRIVATE liudi_${ROOM} PkgConfig::CMOCKA
		${T_LIBS})
	foreach(dep IN LISTS T_DEPENDS)
		target_link_libraries(${exe} PRIVATE liudi_${dep})
	endforeach()
	target_compile_options(${exe} PRIVATE -UNDEBUG)
	add_test(NAME ${ROOM}.${MODULE} COMMAND ${exe})
endfunction()

# liudi_fuzz(seal age_header): tests/fuzz/<module>_fuzz.c, replayed on
# tests/fuzz/corpus/<module>/ as the ctest "fuzz.<module>"; with
# -DLIUDI_FUZZ=ON the same file is built for libFuzzer.
function(liudi_fuzz MODULE)
	cmake_parse_arguments(F "" "" "LIBS;DEPENDS" ${ARGN})
	set(exe ${MODULE}_fuzz)
	if(LIUDI_FUZZ)
		add_executable(${exe} fuzz/${MODULE}_fuzz.c)
		target_compile_options(${exe} PRIVATE -fsanitize=fuzzer)
		target_link_options(${exe} PRIVATE -fsanitize=fuzzer)
	else()
		add_executable(${exe} fuzz/${MODULE}_fuzz.c fuzz/replay.c)
		add_test(NAME fuzz.${MODULE} COMMAND ${exe}
			${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${MODULE})
	endif()
	target_link_libraries(${exe} PRIVATE ${F_LIBS})
	foreach(dep IN LISTS F_DEPENDS)
		target_link_libraries(${exe} PRIVATE liudi_${dep})
	endforeach()
	target_compile_options(${exe} PRIVATE -UNDEBUG)
endfunction()
