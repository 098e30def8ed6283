foreach(module IN ITEMS canon central packw spool)
	liudi_test(repo ${module})
endforeach()
