foreach(module IN ITEMS canon central packw spool push mirror)
	liudi_test(repo ${module})
endforeach()
