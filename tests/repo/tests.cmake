foreach(module IN ITEMS canon central packw spool push)
	liudi_test(repo ${module})
endforeach()
