# The corpus of the bench; tests/bench/run.sh builds its own copy as well.
option(LIUDI_BENCH "add the targets of tests/bench" OFF)

if(LIUDI_BENCH)
	add_executable(bench_corpus EXCLUDE_FROM_ALL bench/corpus.c)
	target_link_libraries(bench_corpus PRIVATE liudi_flags PkgConfig::SQLITE)
	add_executable(bench_measure EXCLUDE_FROM_ALL bench/measure.c)
	target_link_libraries(bench_measure PRIVATE liudi_flags)
endif()
