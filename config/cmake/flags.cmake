# Compiler flags and hardening, carried by one interface target: nothing global.

include(CheckCCompilerFlag)

add_library(liudi_flags INTERFACE)
target_compile_features(liudi_flags INTERFACE c_std_17)
target_compile_definitions(liudi_flags INTERFACE
	_GNU_SOURCE _FILE_OFFSET_BITS=64 LIUDI_VERSION="${PROJECT_VERSION}")
target_include_directories(liudi_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(liudi_flags INTERFACE
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla
	-Wformat=2 -Wundef -Wcast-qual
	$<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
	-fstack-protector-strong -fno-strict-aliasing
	-ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -ffile-prefix-map=${PROJECT_BINARY_DIR}/=)

if(LIUDI_SANITIZE)
	target_compile_options(liudi_flags INTERFACE
		-fsanitize=${LIUDI_SANITIZE} -fno-omit-frame-pointer
		-fno-sanitize-recover=all)
	target_link_options(liudi_flags INTERFACE
		-fsanitize=${LIUDI_SANITIZE})
	target_compile_definitions(liudi_flags INTERFACE LIUDI_SANITIZED=1)
else()
	target_compile_options(liudi_flags INTERFACE
		$<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
	target_link_options(liudi_flags INTERFACE
		-Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--as-needed)
	target_compile_options(liudi_flags INTERFACE
		-ffunction-sections -fdata-sections)
endif()
if(LIUDI_FUZZ)
	target_compile_options(liudi_flags INTERFACE
		-fsanitize=fuzzer-no-link)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Lets LIUDI_FILE_FAULT make a chosen write, fsync or rename fail; tests only.
option(LIUDI_FAULTS "read LIUDI_FILE_FAULT (see base/file.h)" OFF)
if(LIUDI_FAULTS)
	target_compile_definitions(liudi_flags INTERFACE LIUDI_FAULTS)
endif()
