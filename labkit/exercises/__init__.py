"""Where learners' code meets labkit: stubs, checks, hints.

registry   an empty function of labkit, and how a notebook cell fills it
probe      what a check asks of a function: inputs go in, plain arrays come out
probes/    those questions, one file an exercise
judge      arrays in, points and a diagnosis out; knows nothing of torch or of the learner's code
answers/   right outcomes and those of known mistakes, made by `python -m grading build`
hints/     three or more for each exercise, the last one nearly the code
check      `labkit.check`, `labkit.hint`, `labkit.solution`: the three above, put together and shown
stand_in   recorded networks and steps that keep later notebooks running
"""
