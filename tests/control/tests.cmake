# The history of control: what is believed.
liudi_test(control control)
