# What a person agreed to; from an invitation to a request.
liudi_test(agent agree)
liudi_test(agent join)
