# What a person agreed to; how exports stand; from an invitation to a request;
# accounts; reports.
liudi_test(agent agree)
# When a run is due.
liudi_test(agent due)
# Who wakes it, and what it remembers.
liudi_test(agent schedule)
liudi_test(agent exports)
liudi_test(agent join)
liudi_test(agent register DEPENDS open)
liudi_test(agent reports)
