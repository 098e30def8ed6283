# What a person agreed to.
liudi_test(agent agree)
