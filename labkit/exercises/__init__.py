"""Checks, hints and diagnoses of learners' code. The stubs themselves are marked in `labkit.stubs`.

probe              what a check asks of a function: inputs go in, plain arrays come out
probes/            those questions, one file an exercise
observer           calls learners' functions on copies, and records what they change and return
judge              arrays in, points and a diagnosis out; uses neither torch nor the learner's code
answers/           right outcomes and those of known mistakes, made by `python -m grading build`
hints/             three or more for each exercise, the last one nearly the code
check              `labkit.check`, `labkit.hint`, `labkit.solution`: the three above, put together and shown
mine               answers that passed, as a file beside the notebook, for later notebooks
recorded_solution  recorded networks and steps that keep later notebooks running
"""
