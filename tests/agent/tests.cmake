# What a person agreed to; how exports stand; from an invitation to a request;
# accounts; reports.
liudi_test(agent agree)
liudi_test(agent exports)
liudi_test(agent join)
liudi_test(agent register DEPENDS open)
liudi_test(agent reports)
