"""Families of actions, and how people say them: one table of sentence bodies.

A line at the margin names a family; each indented line below it is a body, the plainest first, in the form of
an order ("sit down on a chair"). Notation:

    (a|b)     one of them            [a]     with or without it
    *word     a verb, as the first word always is
    {slot}    filled by what was measured or labelled; a body is used only where all its slots are known
    {their}, {self}                  agree with the subject

Slots whose value is empty are conditions: ``{straight}`` holds where the way is straight.
"""

import itertools
import re
from functools import cache

_TABLE = """
# getting about
walk
    walk
    walk{straight} forward
    walk{straight} (straight ahead|ahead|straight|in a straight line)
    (stroll|stride|go){straight} forward
    move{straight} forward at a walk
    take (a few|some|several) steps{straight} forward
    go for a walk
    walk (along|on)
    walk{straight} forward {pace}
    walk {pace}
    {slow}stroll[ along]
    {slow}take a slow walk
    {slow}walk (slowly|at a slow pace|without hurry)
    {fast}walk (quickly|fast|briskly|at a brisk pace)
    {fast}stride[ along]
    walk{straight} forward with {steps} steps
    take {steps} steps{straight} forward
    walk {steps} steps
    walk (casually|at a steady pace){normal}
    walk{straight} from one place to another
    step{straight} forward
    walk across the room{far}
    pace{straight} forward
    walk{straight} forward and *stop{ends}
    walk and then *stop{ends}
    start to walk{starts}
    begin walking{starts}
walk and turn
    walk and *turn {side}
    walk and *turn to the {side}
    (walk forward|walk|go forward) and (then *turn|*turn) {side}
    turn {side} while walking
    (make|take) a {side} turn while walking
    walk in a curve to the {side}
    walk, turning {side}
    (veer|curve|bear) (off to the {side}|{side}) while walking{veer}
    walk, veering {side}{veer}
    walk in a slight curve to the {side}{veer}
    walk forward and *veer to the {side}{veer}
    walk and *turn about {degrees} degrees to the {side}
    walk, then *turn {degrees} degrees {side}
    make a {degrees} degree turn to the {side} while walking
    take a few steps and *turn {side}
    change direction to the {side} while walking
    walk around a corner to the {side}{corner}
    take a {side} turn
    turn {side}
walk and turn around
    walk and *turn around
    walk, *turn around and *walk back
    (walk forward|walk ahead|go ahead), then *turn around
    turn around while walking
    walk forward, then *turn around to the {side}
    walk and *turn around over {their} {side} shoulder
    walk and *make a (half turn|u turn|180 degree turn)
    turn back while walking
    walk, then *turn back
    walk one way, then *turn and *walk the other way
    walk and *turn (180|about {degrees}) degrees
    walk and *turn to face the other way
    turn (around|back) and *walk in the opposite direction
    (take|make) a u turn[ to the {side}]
    reverse direction while walking
    walk in a half circle[ to the {side}]
    turn around
walk and turn twice
    walk, *turn {side} and then *turn {other}
    walk and *turn {side}, then {other}
    turn {side} and then {other} while walking
    walk in an s curve
    walk in an s shape
    (weave|wind) along while walking
    zigzag while walking
    walk with two turns, first {side}, then {other}
    walk forward, *turn to the {side} and then to the {other}
    change direction twice while walking
    walk in a curve to the {side} and then to the {other}
    walk, veering {side} and then {other}
    make a {side} turn and then a {other} turn while walking
    take a walk with a turn to the {side} and one to the {other}
    go {side} and then {other}
    meander along
    walk in a winding path
    walk along a curved path
    (stroll|wander) in a winding line
walk in a circle
    walk in a circle
    walk (around|round) in a circle
    walk in a circle to the {side}
    walk (around|round) in a circular path
    walk in a {clockwise} circle
    walk {clockwise} in a circle
    (go|pace|move) around in a circle
    walk a full circle
    walk around something
    circle around to the {side}
    make a full circle while walking
    walk (in|through) a loop
    walk around in (a ring|circles)
    circle {clockwise}
    walk all the way around
    follow a circular path
    take a walk in a circle
    walk in a large circle{far}
    walk in a small circle{near}
    walk around and *come back to where {they} started
walk about
    walk around
    walk (about|to and fro|back and forth)
    pace around
    wander (around|about)
    walk around, turning several times
    walk in different directions
    walk around (the room|the place|the area)
    stroll around
    pace back and forth
    walk and *turn several times
    turn several times while walking
    roam around
    walk along a winding path
    move around at a walk
    walk here and there
    keep walking and turning
    take a walk around
    change direction again and again while walking
walk backwards
    walk backwards
    walk backward
    (walk|move|go|step) (backwards|backward)
    walk (back|backward) (a few|several|some) steps
    take (a few|several|some) steps (back|backwards)
    step back[ several times]
    back (up|away)
    walk in reverse
    retreat
    back away (slowly|carefully){slow}
    walk backwards {pace}
    walk backwards, looking ahead
    take {steps} steps backwards
    walk backwards for {steps} steps
    walk backwards and *turn {side}
    walk backwards in a curve{curve}
    move back without turning around{straight}
    walk straight backwards{straight}
sidestep
    step sideways to the {side}
    sidestep to the {side}
    (walk|move|go|shuffle) sideways to the {side}
    take (a side step|side steps|sideways steps) to the {side}
    sidestep {side}
    step to the {side}
    walk sideways
    step sideways
    move to the {side}
    take a step to the {side}
    step to the side
    shuffle to {their} {side}
    walk (sideways|crabwise) to {their} {side}
    make side steps towards the {side}
    move {side} with side steps
    move sideways[ to the {side}] {pace}
    step to {their} {side} side
walk diagonally
    walk diagonally to the {side}
    walk to the {side}
    walk (forward|ahead) and to the {side}
    walk (towards|toward) the {side}
    move diagonally to the {side}
    walk at an angle to the {side}
    go forward and {side} at the same time
    walk diagonally forward {side}
    drift to the {side} while walking
    walk diagonally
    step diagonally to the {side}
    head off to the {side}
    walk slanting to the {side}
    walk off to the {side}
    cross over to the {side}
    take steps diagonally to the {side}
    walk forward, moving over to the {side}
    move to the {side} while walking
jog
    jog
    jog{straight} forward
    jog (along|at an easy pace)
    run slowly
    run at (a slow|a gentle|an easy) pace
    (trot|lope)[{straight} forward]
    go for a jog
    run
    run{straight} forward
    run (lightly|gently|easily)
    jog{straight} (straight ahead|ahead|in a straight line)
    move{straight} forward at a jog
    do some jogging
    go jogging
    take a slow run
    jog and *stop{ends}
    start to jog{starts}
    jog for {steps} steps
jog in place
    jog (in place|on the spot)
    run (in place|on the spot)
    jog without moving from the spot
    do a jog in place
    run in place to warm up
    jog in one place
    trot on the spot
    warm up by jogging in place
    lift {their} feet one after the other, running on the spot
    march quickly on the spot
    do high knees in place{high}
    run in place, lifting {their} knees high{high}
    jog lightly in place
    do running exercises on the spot
    keep running in place
    step quickly in place
    (bounce|trot) from foot to foot without moving forward
run
    run
    run{straight} forward
    run{straight} (straight ahead|ahead|in a straight line|straight)
    (sprint|dash|race)[{straight} forward]{fast}
    run (fast|quickly|at full speed|as fast as {they} can){fast}
    run (at a fast pace|at high speed){fast}
    go for a run
    move{straight} forward at a run
    rush{straight} forward
    run along
    run {pace}
    hurry{straight} forward
    take a run
    run{straight} forward with {steps} steps
    run for {steps} steps
    run and (stop|come to a stop|slow down){ends}
    run, then *stop{ends}
    start (to run|running){starts}
    run across the room{far}
    race along
    run off
run and turn
    run and *turn {side}
    run and *turn to the {side}
    (run forward|jog|run) and then *turn {side}
    turn {side} while running
    (make|take) a {side} turn while running
    run in a curve to the {side}
    run, turning {side}
    (veer|curve) (off to the {side}|{side}) while running{veer}
    run, veering {side}{veer}
    run in a slight curve to the {side}{veer}
    run and *turn about {degrees} degrees to the {side}
    run, then *turn {degrees} degrees {side}
    run and *turn around{around}
    run, *turn around and *run back{around}
    turn around while running{around}
    change direction to the {side} while running
    run around a corner to the {side}{corner}
    jog and *turn to the {side}
    run to the {side}{corner}
    run with a turn to the {side}
run in a circle
    run in a circle
    run (around|round) in a circle
    run in a circle to the {side}
    run (around|round) in a circular path
    run in a {clockwise} circle
    run {clockwise} in a circle
    jog (around in|in) a circle
    run a full circle
    run around something
    jog in a {clockwise} circle
    make a full circle while running
    run a loop
    run around in circles
    run all the way around
    run laps
    follow a circular path at a run
    go around in a circle at a run
    run around in a ring
run about
    run around
    run (about|to and fro|back and forth)
    run around, turning several times
    run in different directions
    run and *turn several times
    run (along a winding path|in an s curve)
    jog around
    run and *change direction
    change direction several times while running
    run {side} and then {other}
    run, *turn {side} and then {other}
    keep running and turning
    run here and there
    zigzag at a run
    race around
    weave from side to side while running
    (dash|sprint) here and there
run backwards
    run backwards
    run backward
    jog (backwards|backward)
    (run|jog) back without turning around
    move backwards (quickly|fast|at a run)
    back up (quickly|fast|at a run)
    run in reverse
    hurry (backwards|backward)
    take quick steps (backwards|back)
    retreat (at a run|quickly)
    run backwards and *stop{ends}
    go backwards at a run
    run backwards {pace}
turn
    turn {side}
    turn to the {side}
    turn to {their} {side}
    turn around{around}
    turn around to the {side}{around}
    turn about {degrees} degrees to the {side}
    turn {degrees} degrees
    turn {degrees} degrees to {their} {side}
    make a (half turn|180 degree turn){half}
    turn to face the other way{half}
    face the other way{half}
    turn back{half}
    (pivot|rotate|swivel) to the {side}
    make a {side} turn
    turn on the spot
    turn {their} body to the {side}
    turn in place to the {side}
    make a turn to the {side}
    look to the {side} and *turn
    turn {clockwise}
    rotate {clockwise}
    make a quarter turn to the {side}{quarter}
spin
    spin around
    spin
    spin around (on the spot|in place)
    (twirl|whirl)[ around]
    (do|make) a spin
    turn around (quickly|in a circle)
    spin to the {side}
    turn in a full circle{full}
    make a full turn[ to the {side}]{full}
    turn all the way around{full}
    spin in a circle
    spin {clockwise}
    rotate on the spot
    turn 360 degrees{full}
    turn around several times{many}
    spin around (several times|again and again){many}
    perform a (spin|twirl|pirouette)
    go round and round{many}
    turn {clockwise}
    spin around to {their} {side}
stagger
    stagger
    stagger (around|about|along)
    walk unsteadily
    stumble (along|around)
    walk as if (drunk|dizzy)
    reel (around|about)
    lose {their} balance while walking
    walk with unsteady steps
    sway while walking
    totter (along|around)
    walk like a drunk person
    wobble (along|about)
    take unsteady steps
    walk off balance
march
    march
    march forward{straight}
    walk like a soldier
    march like a soldier
    walk with stiff legs like a soldier
    march along
    walk in a march
    march in step
    stride like a soldier on parade
    goose step
    walk with a (military|soldier's) step
    walk stiffly and proudly
    parade
    march with swinging arms
    swing {their} arms while marching
    lift {their} knees and *march
    march (proudly|stiffly|in a straight line)
sneak
    sneak
    (sneak|creep|steal) (forward|along|around)
    walk stealthily
    (sneak|walk|move) quietly
    tiptoe[ along]
    walk on tiptoe
    creep
    sneak (slowly|carefully)
    walk carefully without making a sound
    walk in a stealthy way
    move like a thief
    sneak up on someone
    try to walk without being heard
    walk with soft, careful steps
    prowl
    sneak in a crouch{low}
limp
    limp
    limp (forward|along)
    walk with a limp
    walk as if {their} leg hurts
    hobble[ along]
    walk as if injured
    drag one leg while walking
    walk with an injured leg
    limp as if in pain
    walk lamely
    favor one leg while walking
    walk unevenly with a limp
    walk with a hurt (leg|foot|knee)
    (walk|move) with one bad leg
    limp (slowly|badly)
zombie
    walk like a zombie
    (move|stagger|shuffle|lurch) like a zombie
    do a zombie walk
    walk as if (a zombie|undead)
    walk like the (undead|living dead)
    act like a zombie
    shuffle forward with {their} arms (out|up) like a zombie{arms}
    stumble along like a zombie
    imitate a zombie
    drag {their} feet like a zombie
    pretend to be a zombie
    zombie walk
    walk stiffly like a zombie
    walk slowly like a zombie{slow}
skip
    skip
    skip (forward|along|ahead)
    skip (happily|lightly|like a child|merrily)
    move forward by skipping
    go skipping
    hop and *skip forward
    skip across the room
    skip from one foot to the other
    skip {count}
    bounce along, skipping
    step and *hop on each foot
    do skipping steps
    skip playfully
    take skipping steps
    jump lightly from foot to foot
exaggerated walk
    walk with exaggerated steps
    walk with (long|big|huge) (steps|strides)
    take (long|big|exaggerated|giant) (steps|strides)
    stride[ along] with exaggerated steps
    walk in an exaggerated way
    take big steps forward
    walk with large swinging steps
    walk lifting {their} legs high
    strut
    walk with long legs
    make very long steps
stooped walk
    walk bent forward
    walk like an (old|elderly) (person|man|woman)
    walk stooped[ over]
    walk hunched over
    walk with a (bent|hunched) back
    shuffle along bent forward
    walk leaning forward
    walk as if very old
    walk with a stoop
    walk slowly, bent forward{slow}
    move along bent over
    imitate an old person walking
    trudge along bent over
leaning walk
    walk leaning backwards
    walk (leaning back|with a backward lean)
    lean back while walking
    walk with {their} upper body leaning back
    walk with {their} chest out
    walk with {their} (belly|stomach) forward
    walk tilted backwards
    walk leaning away from the front
    walk as if leaning against the wind from behind
    stroll leaning back
    step forward while leaning back
    walk with {their} weight back
    walk bent backwards
    (walk|go|move) with {their} back bent backwards
    (stroll|walk) leaning (far back|backward)
swagger
    swagger
    walk with a swagger
    strut
    walk like a (gangster|tough guy|hooligan)
    walk in a cocky way
    swagger along
    strut along proudly
    walk with swinging shoulders
    walk boldly
    walk with attitude
    stride along with a swagger
    walk around like a boss
    walk arrogantly
    walk full of confidence
    (walk|go|stride) with big shoulders
    swagger (forward|confidently)
bouncy walk
    walk with bouncing steps
    walk with a (bounce|spring in {their} step)
    bounce along
    walk bouncily
    walk happily with a bounce
    walk with springy steps
    bounce while walking
    walk lightly with bouncing steps
    spring along
    walk up and down on {their} toes
    bob up and down while walking
    walk cheerfully
    (walk|step|move) in a bouncy way
    (bob|bounce) up and down with every step
    walk with a (light|springy) step
uneven ground
    walk on uneven ground
    walk (over|across) uneven (terrain|ground)
    walk on rough ground
    step over (bumps|stones|rough ground)
    walk across rough terrain
    walk carefully over obstacles
    pick {their} way over uneven ground
    hike over uneven ground
    walk over (rocks|stones)
    walk on bumpy ground
    climb over rough ground
    step carefully on uneven terrain
    (walk|step) over obstacles on the ground
carry
    carry {thing}
    walk (with|carrying) {thing}
    walk and *hold {thing}
    walk while holding {thing}
    carry {thing} in (both|{their}) hands
    carry {thing} in front of {their} body
    walk with {thing} in {their} (hands|arms)
    hold {thing} and *walk
    carry {thing} from one place to another
    (walk|go) forward with {thing}
    bring {thing}
    transport {thing}
    move {thing} to another place
    run with {thing}{run}
    carry {thing} while running{run}
    (hold and *carry|carry around) {thing}
swim
    swim
    swim (forward|along)
    do the (crawl|breaststroke|front crawl)
    make swimming movements
    move {their} arms as if swimming
    swim through the water
    pretend to swim
    float and *swim in the water
    tread water{upright}
    paddle (in the water|with {their} arms)
    stroke with {their} arms and *kick {their} legs
    go for a swim
    swim with both arms
    act as if swimming
    practice swimming strokes
    (float|glide) through the water
climb
    climb
    climb (up|upwards)
    climb (onto|up on) something
    climb up {thing}
    climb {thing}
    go up {thing}
    climb up and (come|get|go) down again{down}
    climb with {their} hands and feet
    pull {self} up
    step up
    get up onto something high
    climb step by step
    make {their} way up
    clamber up
    climb carefully
    climb (a step|steps)
    scale something
    lift {their} feet and *climb
climb frame
    climb on a climbing frame
    climb (around|about) on playground equipment
    climb on a jungle gym
    play on a playground
    climb on the bars
    hold on to bars and *climb
    climb (up|over) the bars
    clamber over a climbing frame
    swing and *climb on the bars
    play on playground equipment
    climb around at a playground
    hang on to a climbing frame
    move hand over hand on a climbing frame
    go climbing
    be climbing around on bars
    (hang and *climb|climb and *hang) on bars
    (swing|move) around on a climbing frame
swing from bar
    swing from a bar
    (hang|dangle) from a bar
    grip a bar and *swing
    hold on to a bar and *swing {their} body
    swing {their} body from a bar
    hang on a bar
    swing back and forth on a bar
    hang from (monkey bars|something)
    grab a bar and *hang from it
    let {their} body swing from a bar
    swing by {their} hands
    swing {their} legs while hanging from a bar
    hang by {their} hands
    (hold|cling) on to a bar above {their} head
    (sway|dangle) while holding on to a bar
    hang in the air by {their} hands
march in place
    march in place
    march on the spot
    walk (in place|on the spot)
    step in place
    lift {their} (knees|feet) one after the other
    tread on the spot
    step from one foot to the other
    raise {their} knees in turn
    take steps on the spot
    walk without leaving the spot
    shift from foot to foot
    pace on the spot
    (march|step) without moving forward
    (lift|raise) one knee after the other in place
    keep (marching|stepping) on the spot

# jumps
jump up
    jump
    jump up
    jump (straight up|up) (into|in) the air
    (jump|leap|spring) into the air
    (leap|spring|bounce) up
    jump high{high}
    jump as high as {they} can{high}
    jump with both feet
    jump on the spot
    jump up and down{many}
    jump {count}
    jump up {count}
    jump up and *land on both feet
    hop up
    hop in place
    make a jump
    do a vertical jump
    do a jump
    crouch and *jump up
    bend {their} knees and *jump
    push off and *jump up
    jump straight up
    keep jumping up and down{many}
jump forward
    jump forward
    (leap|hop|spring|bound) forward
    jump (ahead|forwards)
    jump forward with both (feet|legs)
    leap ahead
    make a (jump|leap) forward
    do a (broad|long|standing long) jump
    take a (big|long) jump forward{long}
    jump forward {count}
    jump (a short way|a little) forward{short}
    jump far forward{long}
    take a leap forward
    bend {their} knees and *jump forward
    swing {their} arms and *jump forward
    jump forward and *land on both feet
    do a jump to the front
    crouch and *leap forward
    jump as far as {they} can{long}
    hop ahead
jump backwards
    jump backwards
    jump (back|backward)
    (hop|leap|spring) (backwards|back|backward)
    make a jump (backwards|back)
    jump backwards with both feet
    take a jump back
    jump to the rear
    leap back[ in surprise]
    do a backwards jump
    jump backwards {count}
    hop back a bit
    spring away backwards
    jump away backwards
jump sideways
    jump to the {side}
    jump sideways to the {side}
    (hop|leap) to the {side}
    jump sideways
    (hop|leap) sideways
    make a jump to the {side}
    jump over to the {side}
    jump to {their} {side}
    take a sideways jump to the {side}
    leap to {their} {side} side
    hop sideways to the {side}
    jump {side}
    spring to the {side}
    jump aside to the {side}
    make a sideways hop to the {side}
    make a (quick|small|big) jump to the {side}
jump and turn
    jump and *turn
    jump and *turn (in the air|around)
    jump and *turn to the {side}
    turn to the {side} in a jump
    (do|make) a turning jump
    jump and *spin to the {side}
    jump, turning {side} in the air
    jump and *turn {degrees} degrees
    jump and *turn about {degrees} degrees to the {side}
    do a {degrees} degree jump
    do a jump turn
    leap up and *turn {side}
    twist to the {side} in the air
    spin around in the air{around}
    jump up and *turn around{around}
    jump while turning {side}
    do a jump with a twist
    hop and *turn {side}
    jump and *land facing another way
    do a half turn in the air{half}
hop
    hop
    hop on one (foot|leg)
    hop on the {foot} (foot|leg)
    hop on {their} {foot} (foot|leg)
    hop forward{forward}
    hop forward on one (leg|foot){forward}
    (jump|bounce) on one (leg|foot)
    hop up and down
    hop {count}
    make a (little|small) hop
    hop along{forward}
    stand on one leg and *hop
    balance on one foot and *hop
    lift one foot and *hop
    do hops on one leg
    hop around
    jump on the {foot} (foot|leg)
    keep hopping
    take a hop
leap
    leap
    leap (forward|into the air|through the air)
    run and *leap
    take a (leap|running jump|big leap)
    (jump|spring) from one foot to the other
    do a (long leap|leap)
    leap over something
    bound forward
    take a run and *leap into the air
    run up and *jump
    jump with {their} legs apart
    make a (big jump|bound) forward
    leap gracefully
    leap like a dancer
    run and *jump forward
    do a running jump
    take off from one foot and *leap
jump over
    jump over something
    jump over an obstacle
    (leap|hop|jump) over (something|an obstacle|a hurdle)
    run and *jump over something
    run up and *jump over an obstacle
    hurdle something
    clear an obstacle with a jump
    jump over an obstacle while running
    leap across something
    jump across a (gap|ditch|barrier)
    take a run and *jump over (something|an obstacle)
    vault over something
    spring over an obstacle
    get over an obstacle with a jump
jumping jacks
    do jumping jacks
    do (star jumps|jumping jacks)
    perform jumping jacks
    jump and *spread {their} arms and legs
    jump with {their} arms and legs going in and out
    do a few jumping jacks
    do {number} jumping jacks
    (exercise with|warm up with) jumping jacks
    jump, raising {their} arms and spreading {their} legs
    clap {their} hands overhead while jumping {their} feet apart
    jump up and down with arms and legs apart
    do side straddle hops
    jump feet apart with arms overhead and *jump back
    do the jumping jack exercise
    practice jumping jacks
    swing {their} arms up and *jump {their} legs apart
    do (several|some) jumping jacks
    (keep doing|go on with) jumping jacks
duck under
    duck under something
    duck (underneath|under) an obstacle
    run and *duck (under something|underneath an obstacle)
    bend down to get under something
    crouch to pass under (something|a bar)
    pass under (something low|an obstacle)
    duck {their} head and *go under something
    run, *duck and *run on
    go under a low bar
    stoop to pass under something
    lower {self} to get under an obstacle
    duck while running
    limbo under a bar
    (bend|crouch) and *move under something
    get (down|low) to go under something
dive roll
    dive and *roll
    dive over something and *roll
    run, *dive and *roll
    dive over an obstacle and *roll
    run and *dive into a roll
    do a (dive|diving) roll
    do a flying roll
    leap forward into a roll
    dive forward and *roll on the ground
    throw {self} forward and *roll over
    dive headlong and *roll to {their} feet
    jump into a somersault
    do a parkour roll
    (leap|jump) into a dive and *roll
    dive (head first|to the ground) and *roll
    roll out of a dive
    do a dive into a forward roll

# kicks, punches, fights
kick
    kick with the {side} (foot|leg)
    kick
    kick {their} {side} leg
    (do|perform|throw|deliver|give) a kick with the {side} (foot|leg)
    (do|perform|throw|deliver) a kick
    kick with {their} {side} (foot|leg)
    lift {their} {side} leg and *kick
    kick out with the {side} (leg|foot)
    swing {their} {side} leg up in a kick
    do a {side} (leg|foot) kick
    throw a {side} kick
    raise the {side} (foot|leg) and *kick
    kick {count}
    kick {count} with the {side} (foot|leg)
    kick something with the {side} foot
    kick high with the {side} (leg|foot){high}
    do a high kick[ with the {side} leg]{high}
    kick low with the {side} foot{low}
    kick forward with the {side} (foot|leg){front}
    do a front kick[ with the {side} leg]{front}
    kick to the side with the {side} leg{lateral}
    do a side kick{lateral}
    use {their} {side} foot to kick
    practice kicks
    kick the air
    kick with both feet in turn{both}
    kick with one foot and then the other{both}
    aim a kick
spin kick
    do a spin kick
    (do|perform|throw) a (spinning|spin|roundhouse|turning) kick
    spin (around|round) and *kick
    turn and *kick
    spin and *kick with the {side} (leg|foot)
    do a spinning kick with the {side} leg
    turn around and *kick with the {side} (leg|foot)
    whirl around and *kick
    kick while spinning
    do a martial arts spin kick
    kick after a spin
    do a round kick with {their} {side} leg
    rotate and *kick high
    jump, *spin and *kick{jump}
    do a jumping spin kick{jump}
jump kick
    do a jump kick
    jump and *kick
    (do|perform) a (flying|jumping) kick
    kick in (the air|a jump)
    jump and *kick with the {side} (leg|foot)
    leap and *kick
    kick while jumping
    leap into the air and *kick
    do a flying kick with the {side} leg
    jump up and *kick forward
    throw a jumping kick
    kick in mid air
    jump high and *kick out
    (leap|jump) high and *kick with one leg
kick ball
    kick a ball
    kick a (soccer ball|football)
    kick a ball with the {side} foot
    kick the ball[ hard]
    run up and *kick a ball
    shoot a ball with the {side} foot
    play soccer
    take a shot at goal
    take a free kick
    step up and *kick a ball
    swing {their} {side} (leg|foot) and *kick a ball
    kick a ball away
    pass a ball with {their} {side} foot
    play football and *kick the ball
    strike a soccer ball with the {side} foot
    (strike|hit) a ball with {their} foot
punch
    punch with the {side} (hand|fist|arm)
    punch
    (throw|deliver) a punch
    throw a {side} punch
    (throw|deliver) a punch with the {side} (hand|fist|arm)
    punch with {their} {side} (hand|fist)
    (hit|strike|jab) with the {side} (hand|fist)
    punch forward
    punch forward with the {side} (hand|fist)
    punch {count}
    punch the air
    strike out with {their} {side} fist
    thrust {their} {side} fist forward
    throw a {side} (jab|straight){straight}
    jab with the {side} hand{straight}
    throw a {side} hook{hook}
    (punch|hit) with a {side} hook{hook}
    throw a hook{hook}
    throw a {side} uppercut{upper}
    (punch|hit) upwards with the {side} (hand|fist){upper}
    throw an uppercut{upper}
    throw punches with both (hands|fists){both}
    punch left and right{both}
    throw a one-two{both}
    punch with both fists in turn{both}
    hit something with {their} {side} hand
    hit someone
    throw punches
box
    box
    (throw punches|punch) like a boxer
    shadow box
    throw (several punches|punches)
    practice boxing
    fight like a boxer
    move around and *throw punches
    train boxing
    punch the air
    throw punches with both fists
    fight with {their} fists
    keep {their} fists up and *box
    hold up {their} fists and *punch
    spar
    bob and *throw punches
    box against (an opponent|someone)
    punch again and again
    throw a combination of punches
    do some boxing
dodge
    dodge
    (duck|dodge) (a punch|punches)
    duck
    duck {their} head
    duck and *weave
    dodge like a boxer
    bob and *weave
    avoid a punch
    duck down quickly
    evade a blow
    slip a punch
    duck under a punch
    move {their} upper body out of the way
    lean away from a punch
    dodge an attack
    (move|jump) out of the way
block
    block
    block (a punch|punches)
    (raise|lift) {their} arms to block
    guard {their} face with {their} (arms|fists|hands)
    block with {their} (arms|forearms)
    defend {self}
    block like a boxer
    put {their} guard up
    cover {their} face
    protect {their} head with {their} arms
    defend against (a punch|an attack|punches)
    fend off a blow
    hold {their} arms up in defense
    parry a punch
get hit
    get hit
    be hit
    react to (a punch|a blow|being hit)
    get punched
    take a (punch|hit|blow)
    flinch from a (punch|blow)
    stagger from a punch
    recoil from a (blow|punch)
    be struck by (a punch|someone)
    be hit in the {target}
    get hit in the {target}
    jerk back after a hit
    suffer a blow
    reel from a hit
    get struck
martial arts
    practice martial arts
    practice karate{karate}
    do martial arts[ moves]
    do karate{karate}
    fight with martial arts[ moves]
    (do|perform|practice) a (kata|karate form){kata}
    go through (a martial arts form|a series of martial arts moves)
    perform martial arts
    show martial arts (moves|techniques)
    fight
    strike and *kick in a martial arts style{kicks}
    train martial arts
    move like a martial artist
    fight an imaginary opponent
    do a martial arts routine
    practice fighting moves
    practice (kung fu|fighting)
    block and *strike in a martial arts style
    perform a martial arts sequence
fighting stance
    be in a fighting stance
    stand in a fighting stance
    stand ready to fight
    hold {their} fists up
    raise {their} fists and *wait
    take a (fighting|boxing) stance
    stand with {their} fists (up|raised)
    keep {their} guard up
    get ready to fight
    wait for an opponent
    stand like a boxer
    be ready to fight
    guard with both fists
    (lift|put up) both fists
    stand (sideways|still) with raised fists
    be on guard
sword
    swing a sword
    fight with a sword
    (slash|strike|cut) with a sword
    practice sword fighting
    wield a sword
    (slash|swing) a sword through the air
    do sword practice
    swing a (blade|stick|weapon)
    attack with a sword
    perform swordplay
    make sword (slashes|strokes|cuts)
    fight like a swordsman
    practice swordplay
    hack at something with a sword
    thrust and *slash with a sword
    act as if fighting with a sword
    hold a sword ready{still}
    stand with a sword in {their} hands{still}
chop
    chop wood
    chop with an ax
    swing an ax
    chop something[ in half]
    cut wood with an ax
    split wood
    swing {their} arms down as if chopping wood
    lift an ax and *chop
    hack at a log
    chop down hard
    raise {their} arms and *chop down
    strike down with both arms
    (hack|cut) at wood with an ax
    swing an ax (down|at a log)
    bring both arms down like with an ax
    (split|cut) a log
push
    push something
    push something (heavy|forward|away)
    push with both (hands|arms)
    push against something
    shove something
    lean forward and *push
    push a (box|cart|heavy object|heavy box)
    push hard
    shove something away with both hands
    press against something
    push something across the floor
    try to push something heavy
    push against a wall
    stretch out {their} arms and *push
    put {their} hands against something and *push
pushed
    get pushed
    be pushed
    be pushed {from}
    get (pushed|shoved) {from}
    (stagger|stumble) after (a push|being pushed)
    be shoved
    lose {their} balance after a push
    be pushed and *step (away|to keep {their} balance){steps}
    react to a push
    stumble from a push
    keep {their} balance after being pushed
    take a push and *catch {self}
    be knocked off balance
    get shoved off balance
    almost fall after being pushed
    recover from a push

# sitting, lying, getting up
sit down
    sit down
    sit down on a (chair|seat){chair}
    sit down on {thing}
    take a seat
    sit
    sit down (slowly|carefully){slow}
    lower {self} onto (a chair|a seat){chair}
    sit on a chair{chair}
    have a seat
    bend {their} knees and *sit down
    go from standing to sitting
    sit down from standing
    sit down (onto|on) the (floor|ground){floor}
    lower {self} to the floor and *sit{floor}
    settle down (on a chair|into a seat){chair}
    move down to sit
    step back and *sit down
    lower {their} body to sit down
    stand and then *sit down
    get seated
    take a seat on (a|the) chair{chair}
    sit down (quietly|calmly)
    rest {self} on a chair{chair}
sit down and stand up
    sit down and *stand up again
    sit down and then *stand up
    sit down (on a chair|on a seat) and *stand up again{chair}
    take a seat, then *get up again
    sit for a moment and *stand up
    sit down, then *rise
    sit down and *get back up
    take a seat and *get back up
    sit down, *wait and *stand up
    sit briefly and *get up
    lower {self} onto a seat, then *stand up
    sit down on {thing} and *stand up again
    sit and *stand up
    go down to sit and *come up again
    have a seat and then *stand back up
    sit (down |)and *rise again
    (sit|sit down) once and *come back up
stand up
    stand up
    stand up from a (chair|seat){chair}
    stand up from {thing}
    get up
    get up from a (chair|seat){chair}
    get up from {their} (seat|chair){chair}
    rise from a (chair|seat){chair}
    rise
    rise to {their} feet
    get to {their} feet
    stand up from sitting
    go from sitting to standing
    (leave|get off) {their} (chair|seat){chair}
    get up from sitting
    push {self} up to stand
    get up and *stand
    rise from sitting to standing
    straighten {their} legs and *stand up
    lift {self} from a seat
    stand up slowly{slow}
    stand up and *walk away{walk}
    get up from the (floor|ground){floor}
seated
    be sitting on a (chair|seat){chair}
    sit on a chair{chair}
    sit
    be sitting
    be seated
    sit still{still}
    sit (quietly|calmly|and *wait){still}
    remain seated
    stay seated
    rest on a (chair|seat){chair}
    sit on {thing}
    be sitting on {thing}
    sit on the (floor|ground){floor}
    be sitting on the (floor|ground){floor}
    keep sitting
    be sitting down
    sit upright on a chair{chair}
    sit in a chair{chair}
    sit with {their} feet on the ground{chair}
    be in a seated position
    sit and *talk{talk}
    be talking while seated{talk}
    sit and *move {their} arms{arms}
    sit with {their} legs crossed{crossed}
    relax on a (chair|seat){chair}
crouch
    crouch
    crouch down
    squat down
    (bend|go down) into a crouch
    duck down
    crouch low
    lower {self} into a crouch
    bend {their} knees and *crouch
    get down low
    drop into a crouch
    go down on {their} haunches
    bend {their} knees deeply
    get into a crouching position
    squat
    hunker down
    be crouching{still}
    be squatting{still}
    stay crouched{still}
    crouch and *stay low{still}
    crouch down and *stand up again{up}
    crouch and then *rise again{up}
rise from crouch
    stand up from a crouch
    rise from a crouch
    get up from (a crouch|crouching|squatting)
    stand up
    straighten up
    come up from a crouch
    rise to {their} feet
    stand up after crouching
    get up
    rise
    straighten {their} legs
    get back to standing
    come up from squatting
    crouch and then *stand up
    raise {self} from a crouching position
    go from crouching to standing
    (push {self} up|come up) to standing
crouch walk
    walk in a crouch
    walk crouched[ down]
    (move|go|walk) forward (in a crouch|while crouching)
    crouch walk
    sneak forward in a crouch
    walk with bent knees
    walk bent over
    stay low while walking
    walk low
    creep along in a crouch
    walk in a low, crouched position
    walk while squatting
    move along crouched low to the ground
    walk with {their} knees bent deeply
squat
    do squats
    squat
    do a squat
    squat down and *stand up again
    bend {their} knees and *come up again
    do {number} squats
    perform squats
    squat {count}
    do knee bends
    exercise with squats
    go down into a squat and *come back up
    do deep knee bends
    lower {self} and *rise again
    do some squats
    train with squats
    squat up and down
    do (deep|several) squats
    (lower {their} hips|go down) and *stand up again
kneel
    kneel
    kneel down
    kneel on the (floor|ground)
    go down on {their} knees
    get down on one knee{one}
    be kneeling
    be on {their} knees
    drop to {their} knees
    stay on {their} knees
    kneel on one knee{one}
    rest on {their} knees
    lower {self} to {their} knees
    sink to {their} knees
    go down to kneel
    kneel and *work on something{work}
    fix something while kneeling{work}
    (get|go) down onto {their} knees
    (rest|be) on one knee{one}
lie down
    lie down
    lie down on the (floor|ground)
    lie down on {their} {lying}
    go down and *lie on the (floor|ground)
    lay {self} down
    get down on the floor and *lie down
    lower {self} to the (floor|ground)
    stretch out on the (floor|ground)
    go from standing to lying{stood}
    (kneel|crouch|sit) down and then *lie down
    get down to lie on {their} {lying}
    lie on the floor
    lie down to (sleep|rest)
    drop down and *lie on the floor
    settle down on the floor
    crouch and then *lie down{crouched}
    lie down flat
    lie flat on the floor
lying
    lie on the (floor|ground)
    be lying on the (floor|ground)
    lie on {their} {lying}
    be lying on {their} {lying}
    lie still{still}
    be lying down
    lie flat on the (floor|ground)
    rest on the (floor|ground){still}
    lie on the floor without moving{still}
    sleep on the floor{still}
    stay on the ground
    lie stretched out on the floor
    remain lying on the floor
    be flat on {their} {lying}
    lie there
    (keep|stay) lying on the floor
get up
    get up from the (floor|ground)
    get up
    stand up from the (floor|ground)
    rise from the (floor|ground)
    get up from lying on {their} {lying}
    stand up after lying on the (floor|ground)
    get back up
    get to {their} feet
    stand up from lying down
    get back on {their} feet
    push {self} up from the (floor|ground)
    stand up
    push {self} up and *stand
    roll over and *get up
    go from lying to standing
    pick {self} up from the floor
    lie on the floor and then *get up
    get up from {their} {lying}
    raise {self} from the ground
    come to {their} feet after lying down
get up to crouch
    get up from lying into a crouch
    rise from the floor into a crouch
    go from lying to crouching
    get up to a crouch
    push {self} up into a crouch
    sit up and *crouch
    lie and then *get into a crouch
    come up from the floor to {their} haunches
    get up halfway
    rise into a squat
    get up from the floor and *stay low
    lift {self} off the ground into a squat
    roll up into a crouch
    (rise|get up) from lying to a crouched position
    (come|get) up off the floor into a crouch
    (lift|push) {self} up from the floor and *crouch
    get up halfway from the (floor|ground)
sit up
    sit up
    sit up from lying
    go from lying to sitting
    rise to a sitting position
    lift {their} upper body from the floor
    lie and then *sit up
    sit up on the (floor|ground)
    raise {their} upper body
    pull {self} up to sit
    get up into a sitting position
    rise from {their} back to sit
    push {self} up to sit
    (come|get) up to sitting
    sit up (slowly|straight|from the floor)
    (lift|raise) {self} to sit on the floor
fall
    fall
    fall down
    fall (to|onto|on) the (ground|floor)
    fall over
    collapse
    drop to the (ground|floor)
    fall on {their} {lying}
    tumble to the ground
    lose {their} balance and *fall
    trip and *fall
    go down
    collapse onto the floor
    topple over
    (slip|stumble) and *fall
    fall down and *lie on the floor
    stagger and *fall down
    drop down
    fall and *hit the ground
slip
    slip
    slip and *fall
    slip (on|as if on) a banana peel
    slip and *lose {their} balance
    lose {their} footing
    slide and *fall down
    slip on the floor
    trip over something
    slip and *land on the ground
    lose {their} footing and *fall down
    walk and *slip
    step on something slippery and *fall
    slip and almost *fall
    (slip|slide) on something slippery
    (lose|miss) {their} step and *slip
    slip and (fall over|fall to the ground)
roll
    roll
    roll on the (ground|floor)
    roll over
    do a (roll|forward roll|somersault)
    (roll|tumble) forward
    roll forward on the (ground|floor)
    do a somersault on the floor
    roll over {their} shoulder
    go into a roll
    perform a forward roll
    duck and *roll
    tuck in {their} head and *roll
    roll head over heels
    drop down and *roll
    do a shoulder roll
    roll over on the ground
crawl
    crawl
    crawl on the (floor|ground)
    crawl on {their} hands and knees{knees}
    crawl forward{forward}
    crawl (along|across|over) the (floor|ground)
    move on {their} hands and knees{knees}
    (crawl|go|move|walk) on all fours{knees}
    crawl {pace}
    get down and *crawl
    crawl like a baby{knees}
    creep on hands and knees{knees}
    crawl ahead{forward}
    crawl with hands and knees on the floor{knees}
    crawl on {their} (belly|stomach){belly}
    do an army crawl{belly}
    crawl like a soldier{belly}
    crawl flat on the ground{belly}
    creep along the ground{belly}
    do a low crawl{belly}
    crawl along
    keep crawling
    go down on the floor and *crawl
crawl backwards
    crawl backwards
    crawl (backward|back)
    crawl (back|backwards) on hands and knees{knees}
    (move|go) backwards on (all fours|hands and knees){knees}
    crawl in reverse
    crawl backwards (on|along|across) the (floor|ground)
    back up on hands and knees{knees}
    creep (backwards|backward)
    retreat on all fours{knees}
    crawl away backwards
    crawl backwards like a baby{knees}
    crawl backwards on {their} (belly|stomach){belly}
    push {self} backwards on {their} (belly|stomach){belly}
    crawl back along the ground{belly}
    crawl feet first

# acrobatics
cartwheel
    do a cartwheel
    do a cartwheel to the {side}
    (perform|turn|make) a cartwheel
    cartwheel
    turn a cartwheel to the {side}
    cartwheel to the {side}
    do a sideways handspring
    go over sideways on {their} hands
    do {number} cartwheels
    do several cartwheels{many}
    turn cartwheels{many}
    throw {self} into a cartwheel
    do a gymnastic cartwheel
    step and *do a cartwheel
    wheel sideways over {their} hands
    show a cartwheel
    spin sideways on {their} hands
    do a cartwheel and *land on {their} feet
handstand
    do a handstand
    stand on {their} hands
    (perform|make) a handstand
    kick up into a handstand
    go into a handstand
    balance on {their} hands
    stand upside down
    get upside down on {their} hands
    hold a handstand
    put {their} hands on the floor and *kick up {their} legs
    do a hand stand
    try a handstand
    swing {their} legs up into a handstand
    be upside down on {their} hands
    lift {their} legs into the air while standing on {their} hands
    kick {their} legs in a handstand{kicks}
    (walk|stay) on {their} hands
    get up into a handstand
backflip
    do a backflip
    (do|perform) a (backflip|back flip|backward somersault)
    backflip
    flip backwards
    jump and *flip backwards
    do a backward flip in the air
    leap up and *turn over backwards
    somersault backwards
    throw {self} backwards into a flip
    do a standing backflip
    jump up and *do a backflip
    do a back somersault
    turn over backwards in the air
    (spin|rotate) backwards in the air
    do a flip backwards
back handspring
    do a back handspring
    (do|perform) a (backward handspring|back handspring)
    flip backwards over {their} hands
    crouch and *flip backwards over {their} hands
    spring backwards onto {their} hands
    do a flic flac
    jump backwards onto {their} hands and *flip over
    go over backwards on {their} hands
    bend backwards and *flip over
    throw {self} backwards onto {their} hands
    do a handspring backwards
    do a gymnastic back handspring
    (flip|turn) over backwards with {their} hands on the floor
    do (a flip|a spring) back onto {their} hands
    (throw|fling) {self} back onto {their} hands and *land on {their} feet
flip
    do a flip
    flip
    (do|perform) a (somersault|flip) in the air
    flip over
    flip in the air
    jump and *flip
    turn a somersault
    jump and *turn over in the air
    do a front flip{front}
    flip forward{front}
    do a side flip{lateral}
    jump and *flip sideways{lateral}
    somersault
    do an acrobatic flip
    leap into a flip
    go head over heels
    do an aerial
acrobatics
    do acrobatics
    do gymnastics
    perform acrobatic (moves|tricks)
    do gymnastic (moves|exercises)
    do tricks
    show acrobatic moves
    practice acrobatics
    practice gymnastics
    perform a gymnastics routine
    do some tumbling
    tumble
    move like an acrobat
    perform an acrobatic stunt
    do parkour moves
    (do|show) stunts
    do (tumbling|gymnastic tricks)
push-up
    do push-ups
    do a push-up
    do pushups
    perform push-ups
    push {self} up from the floor with {their} arms
    do press-ups
    exercise with push-ups
    do some push-ups on the floor
    bend and *stretch {their} arms in a push-up
    lower and *raise {their} body on {their} arms
    work out with push-ups
    train with push-ups
    (do|practice|perform) a set of push-ups
    (lower|press) {their} chest to the floor and *push up
    do push-ups on {their} hands and toes
    (push|press) {their} body up from the floor
balance
    balance on one leg
    stand on one (leg|foot)
    balance on {their} {foot} (leg|foot)
    stand on {their} {foot} (leg|foot)
    balance
    keep {their} balance on one leg
    lift one leg and *balance
    raise {their} {other} leg and *balance
    balance on one foot with outstretched arms{arms}
    stand on one leg with {their} arms out{arms}
    stand still on one foot
    try to keep {their} balance
    hold {their} balance
    stand on one leg like a flamingo
    balance carefully
    lift {their} {other} foot off the ground
    (stand|stay) on one leg without falling

# arms, hands, head
wave
    wave
    wave with the {side} hand
    wave the {side} hand
    wave {their} {side} hand
    (raise|lift) the {side} hand and *wave
    wave with the {side} arm
    wave hello[ with the {side} hand]
    wave (to|at) someone[ with the {side} hand]
    wave using {their} {side} (hand|arm)
    wave {their} {side} arm
    greet someone with a wave
    greet someone by waving the {side} hand
    give a wave[ with the {side} hand]
    wave {their} {side} hand from side to side
    wave the {side} arm in the air
    swing {their} {side} hand to and fro
    lift {their} {side} arm and *wave
    say hello with a wave of the {side} hand
    wave the {side} hand {count}
    wave {count} with the {side} hand
    wave at somebody
    wave goodbye[ with the {side} hand]{bye}
    say goodbye (with a wave|by waving){bye}
wave both hands
    wave with both hands
    wave both hands
    wave both arms
    wave {their} (hands|arms)
    (raise|lift) both hands and *wave
    wave with both arms
    (raise|lift) {their} arms and *wave
    wave to someone with both hands
    wave both hands in the air
    greet someone by waving both hands
    swing both arms overhead
    signal with both arms
    wave both arms to get attention
    wave both hands {count}
    use both hands to wave
    wave hello with both hands
    wave goodbye with both hands{bye}
    wave {their} arms above {their} head{high}
    shake both hands in the air
raise hand
    raise the {side} hand
    raise {their} {side} hand
    lift the {side} (arm|hand)
    raise the {side} arm
    (lift|raise) {their} {side} (arm|hand)
    put the {side} hand up
    put up {their} {side} hand
    hold up {their} {side} (hand|arm)
    lift the {side} (hand|arm) up
    move {their} {side} (hand|arm) up
    raise {their} {side} arm into the air{high}
    stretch the {side} arm up{high}
    (raise|lift) the {side} (hand|arm) above the head{high}
    raise the {side} (hand|arm) to shoulder height{level}
    (raise|lift) the {side} hand and *lower it again{down}
    lift {their} {side} arm, then *put it down again{down}
    raise {their} {side} hand up high{high}
    reach up with the {side} (hand|arm){high}
    bring {their} {side} hand up
    put {their} {side} arm up in the air{high}
    ask for attention by raising {their} {side} hand
raise both hands
    raise both hands
    raise both arms
    (lift|raise) both (arms|hands)
    put both hands up
    put {their} hands up
    hold both hands up
    (raise|lift) {their} (arms|hands)
    lift both (hands|arms) up
    throw {their} arms up{high}
    (raise|lift) both (hands|arms) (above|over) the head{high}
    lift both arms above {their} head{high}
    stretch both arms up{high}
    raise both (hands|arms) to shoulder height{level}
    raise both hands and *lower them again{down}
    lift both arms, then *lower them{down}
    raise both hands into the air{high}
    reach up with both (hands|arms){high}
    put both arms in the air{high}
    move both (hands|arms) up
    bring both hands up
arm movement
    move {their} arms
    move {their} {side} (hand|arm)
    make a gesture with the {side} hand
    (make|do) a gesture
    move {their} (hands|arms) around
    stand and *move {their} arms
    use {their} hands
    move {their} {side} arm about
    lift {their} {side} hand a little
    gesture with {their} (arms|hands)
    gesture with the {side} hand
    move both arms{both}
    swing {their} {side} arm
    do something with {their} hands
    move {their} {side} hand
    (wiggle|shift) {their} arms
bow
    bow
    take a bow
    bend forward to bow
    make a bow
    bow (politely|respectfully)
    bow down
    bend at the waist and *bow
    bow and *straighten up again
    bow to (someone|the audience)
    lower {their} head and upper body in a bow
    greet someone with a bow
    give a (polite|respectful) bow
    bend over in a bow
    bow deeply{deep}
    take a deep bow{deep}
    bow slightly{slight}
    give a small bow{slight}
    lean forward and *bow
    show respect by bowing
    do a bow
    bow from the waist
    bow {count}
bend down
    bend down
    bend forward
    bend over
    lean forward
    bend at the waist
    stoop
    lower {their} upper body
    lean down
    bend down and *straighten up again{up}
    bend over and *come up again{up}
    bend forward with {their} upper body
    fold forward
    bow {their} upper body down
    reach down{hands}
    touch {their} toes{toes}
    reach for the ground with {their} hands{hands}
    bend {their} back
    (lean|bend) {their} body forward
    (bow|stoop) down low
nod
    nod
    nod {their} head
    nod yes
    nod in agreement
    move {their} head up and down
    say yes with a nod
    give a nod
    agree with a nod
    nod {their} head up and down
    nod at someone
    show that {they} agree
    bob {their} head
    (nod|bob) {their} head in agreement
    (nod|say yes) with {their} head
    (lower and *raise|dip) {their} head
    nod (once or twice|politely)
shake head
    shake {their} head
    (shake|move) {their} head (no|from side to side)
    say no with {their} head
    shake {their} head in (refusal|disagreement|disbelief)
    turn {their} head from side to side
    signal no with {their} head
    answer no
    shake {their} head slowly
    disagree with a shake of the head
    say no
    (say|signal) no by shaking {their} head
    (swing|turn) {their} head left and right
    shake {their} head (firmly|sadly)
refuse
    refuse
    refuse something
    reject something
    (wave|push) something away
    say no[ with {their} hands]
    gesture no with {their} hands
    decline[ with a gesture]
    turn something down
    (show|signal) that {they} want nothing
    make a gesture of refusal
    hold up {their} hands to refuse
    shake {their} hands no
    refuse politely
    (turn|send) something away with {their} hands
    (push|hold) {their} palms out to say no
clap
    clap
    clap {their} hands
    clap {their} hands together
    applaud
    give applause
    clap {count}
    hit {their} palms together
    bring {their} hands together in a clap
    applaud someone
    clap in rhythm
    keep clapping
    clap loudly
    (clap|applaud) for someone
    (clap|slap) {their} hands together again and again
    (give a round of applause|clap loudly for a show)
    clap {their} hands (in front of {their} chest|happily)
point
    point at something
    point
    point with the {side} hand
    point with {their} {side} (hand|arm|finger)
    point (forward|at someone|in a direction)
    stretch out the {side} arm to point
    show where something is
    (point|gesture) at something with the {side} hand
    raise {their} {side} arm and *point
    point something out
    indicate a direction with the {side} arm
    point to something
    (show|point out) something with {their} {side} hand
    (point|aim) a finger at something
direct traffic
    direct traffic
    direct the traffic with {their} arms
    signal to cars with {their} (arms|hands)
    give traffic signals
    wave cars through
    stop and *direct cars like a policeman
    act like a traffic policeman
    point and *wave to direct cars
    give hand signals
    guide traffic with both arms
    make signals with {their} arms
    stand and *direct traffic
    gesture like a traffic cop
    (direct|control) cars with {their} hands
    (wave|guide) traffic through
    stop traffic with a raised hand
    (signal|gesture) to drivers
signal
    give signals with {their} arms
    make hand signals
    signal like a referee
    give basketball signals
    make the signals of a referee
    signal with {their} (arms|hands)
    gesture like a basketball referee
    act like a referee
    show referee signals
    make referee gestures
    give a sign with {their} arms
    use arm signals
    (make|give) a sign with both arms
    (show|give) a foul signal
    (signal|gesture) with {their} hands like a referee
    use {their} arms to signal
show the way
    show the way
    show the way with the {side} hand
    make a gesture to show the way
    point the way
    invite someone to come this way
    guide someone with a gesture
    gesture to show the way[ with the {side} hand]
    usher someone in
    show someone where to go
    point out the way[ with the {side} hand]
    motion with the {side} hand to show the way
    direct someone with the {side} hand
    (guide|lead) someone with the {side} arm
    welcome someone in with a gesture
    offer the way with {their} {side} hand
    extend the {side} arm to show the way
    (lead|show) someone the way with {their} {side} hand
respond
    respond with a gesture
    give a sign in response
    answer with a gesture
    react with a gesture
    answer someone with a sign
    answer with the {side} hand
    give a sign with the {side} hand
    respond to someone
    respond to someone with {their} {side} hand
    raise the {side} hand in response
    reply with a gesture
    acknowledge someone
    acknowledge someone with {their} {side} hand
    reply with a wave of the {side} hand
    show that {they} heard
    (give|make) an answer with {their} hand
    (react|respond) to a call
    answer with {their} {side} arm
call out
    call out
    call out to someone
    call someone
    shout
    shout to someone
    call for someone
    yell
    put {their} hands to {their} mouth and *call
    call someone over
    shout for attention
    call loudly
    cry out to someone
    hail someone
    shout something into the distance
    (shout|call) with {their} hands around {their} mouth
    (call|yell) for help
    (shout|call) for someone far away
talk
    talk
    talk with {their} hands
    gesture while talking
    make gestures as in a conversation
    talk to someone
    have a conversation
    speak and *gesture
    stand and *talk
    explain something with {their} hands
    chat with someone
    speak to somebody
    talk and *move {their} hands
    be in a conversation
    tell someone something
    discuss something
    gesticulate
    tell a story with {their} hands
    (speak|talk) with gestures
    (chat|talk) and *gesture
argue
    argue
    argue with someone
    quarrel
    make angry gestures
    have a quarrel
    gesture angrily
    shout at someone
    scold someone
    shake {their} fists in anger
    talk angrily with {their} hands
    be in a quarrel
    dispute with someone
    wave {their} arms angrily
    (argue|quarrel) with {their} hands in the air
    (have an argument|have a fight with words)
    (yell|shout) and *gesture angrily
    make {their} point angrily
laugh
    laugh
    laugh out loud
    have a laugh
    laugh hard
    laugh and *hold {their} belly
    bend over with laughter
    crack up
    giggle
    laugh heartily
    shake with laughter
    burst out laughing
    laugh at something funny
    double up laughing
    (laugh|giggle) about something
    (shake|rock) with laughter and *hold {their} belly
    (have|break into) a fit of laughter
    laugh (loudly|happily)
cheer
    cheer
    celebrate
    cheer with {their} arms up{high}
    throw up {their} arms in victory{high}
    celebrate a victory
    pump {their} fist
    rejoice
    cheer with joy
    raise {their} fists in triumph{high}
    celebrate like a winner
    make a victory pose
    triumph
    jump for joy{jump}
    (cheer|rejoice) about a victory
    (celebrate|cheer) happily
    (punch|pump) the air in joy
    (raise|throw up) a fist in joy
angry
    be angry
    act angry
    get angry
    stamp {their} foot in anger
    show anger
    rage
    be furious
    throw a tantrum
    shake with anger
    make an angry gesture
    behave angrily
    be in a rage
    (act|look) mad
    (stamp and *shake|shake) {their} arms in anger
    (lose {their} temper|explode with anger)
    (show|let out) {their} anger
confused
    be confused
    look confused
    scratch {their} head
    look puzzled
    be puzzled
    wonder about something
    wonder what to do
    shrug in confusion
    be at a loss
    think about something
    hesitate
    hesitate, looking puzzled
    seem lost
    (stand|look) puzzled
    (wonder|think) with a hand at {their} head
    (act|seem) confused
    (scratch|rub) the back of {their} head
shrug
    shrug
    shrug {their} shoulders
    give a shrug
    lift {their} shoulders
    raise {their} shoulders and *drop them
    show that {they} do not know
    shrug with {their} arms out
    make a shrug
    shrug it off
    shrug helplessly
    say with a shrug that {they} do not know
    (shrug|lift) {their} shoulders in doubt
    (raise|lift) both shoulders
    (shrug and *sigh|give a big shrug)
    (show|say) with {their} shoulders that {they} do not care
    lift {their} hands and shoulders
dizzy
    be dizzy
    sway dizzily
    feel dizzy
    wobble dizzily
    sway as if about to faint
    be unsteady on {their} feet
    stand unsteadily
    reel dizzily
    hold {their} head and *sway
    almost faint
    sway from side to side
    (stagger|sway) on the spot
    (act|look) dizzy
    (wobble|tilt) from side to side
    (swing|sway) unsteadily
    stand dizzily
tired
    be tired
    be exhausted
    stand hunched over
    bend forward, exhausted
    catch {their} breath
    rest with {their} hands on {their} knees
    be out of breath
    pant
    hunch over
    hunch over, tired
    look tired
    slump
    stand bent over and *breathe heavily
    (look|act) exhausted
    (bend|lean) over to catch {their} breath
    (rest|pause) because {they} are tired
    (stand|be) out of breath
shiver
    shiver
    tremble
    shiver with cold
    be freezing
    shake with cold
    hug {self} and *shiver
    tremble with fear
    be cold
    shudder
    quiver
    rub {their} arms because of the cold
    (shiver|tremble) from the cold
    (shake|quiver) all over
    (feel|be) very cold
    (hug|hold) {self} against the cold
    (tremble|shake) in fear
drink
    drink
    drink (something|soda|water)
    drink from a (bottle|cup|glass|can)
    take a (drink|sip)
    lift a (bottle|cup) to {their} mouth
    raise a (cup|glass|bottle) to {their} mouth with the {side} hand
    drink with the {side} hand
    have a drink
    take a sip from a (bottle|cup)
    sip from a cup
    drink a soda
    bring {their} {side} hand to {their} mouth to drink
    hold a bottle and *drink from it
    open a bottle and *drink{open}
    unscrew a bottle and *drink{open}
    drink out of a bottle
open bottle
    open a bottle
    unscrew a bottle cap
    screw on a bottle cap
    turn the cap of a bottle
    twist a bottle open
    hold a bottle and *turn its cap
    use both hands to open a bottle
    take the cap off a bottle
    twist off a cap
    close a bottle
    handle a bottle
    stand and *unscrew a bottle
    (open|close) a bottle with both hands
    (twist|screw) a cap with {their} fingers
    (turn|twist) the top of a bottle
    (hold|take) a bottle and *open it
eat
    eat
    eat something
    take a bite
    have a snack
    eat with the {side} hand
    bring food to {their} mouth
    put something into {their} mouth
    lift {their} {side} hand to {their} mouth and *eat
    take something and *eat it
    swallow something
    chew
    consume something
    (bite into|eat) some food
    (eat|have) a meal
    (take|have) something to eat
    (lift|bring) food to {their} mouth with one hand
wash
    wash
    wash {self}
    clean {self}
    take a shower
    scrub {their} body
    rub {their} arms and body
    go through the motions of washing
    wash {their} body
    shower
    wash {their} arms and legs
    clean {their} body
    scrub {self}
    wash {their} face
    bathe
    soap {their} body
    (scrub|rub) {their} arms
    (wash|scrub) {their} back
    wash {self} all over
wash windows
    wash windows
    wash a window
    clean (a window|windows)
    wipe a window
    wipe a (window|wall) with {their} hand
    move {their} hand in circles to clean a window
    scrub a window
    wipe the glass
    wipe something in circles
    clean a pane of glass with the {side} hand
    wipe a window with the {side} hand
    reach up and *wipe a window{high}
    polish a window
    wash a wall
    (rub|wipe) a pane of glass
    (clean|polish) a mirror
sweep
    sweep the floor
    sweep
    sweep with a broom
    mop the floor
    mop
    clean the floor
    wipe the floor with a mop
    push a (mop|broom) over the floor
    use a (broom|mop)
    sweep up
    swing a broom from side to side
    clean up with a broom
    move a mop back and forth
    do the cleaning
    brush the floor
    hold a (mop|broom) and *clean the floor
    (clean|wipe) the ground
pick up
    pick something up
    pick up {thing}
    pick something up from the (floor|ground){low}
    bend (down|over) and *pick something up{bent}
    bend down and *pick up {thing}{bent}
    (grab|take|get) something from the (floor|ground){low}
    bend down to grab something off the floor{low}
    lift {thing}
    lift {thing} from the (floor|ground){low}
    reach down and *pick something up{bent}
    pick up something with the {side} hand
    pick up something with both hands{both}
    take {thing} from the (floor|ground){low}
    crouch down and *pick something up{crouched}
    squat and *pick up {thing}{crouched}
    stoop to pick something up{bent}
    grab something and *lift it
    lift something up
    reach down for something{bent}
    pick an object up
    collect something from the ground{low}
    walk up and *pick up {thing}{walk}
put down
    put something down
    put down {thing}
    (put|set|place) {thing} on the (floor|ground){low}
    set something down
    set down {thing}
    bend down and *put something down{bent}
    bend down to put {thing} down{bent}
    lower {thing} to the floor{low}
    place something on the (floor|ground){low}
    lay something down
    put something on the floor{low}
    bend over and *set something down{bent}
    drop something off
    put {thing} back down
    place {thing} in front of {self}
    crouch and *put {thing} down{crouched}
reach up
    reach up
    reach for something (high up|overhead|above)
    reach up (to grab something|for something)
    stretch up
    try to reach something high
    reach up with (one hand|both hands)
    reach up with the {side} (hand|arm)
    jump up to grab something{jump}
    stretch to get something from a high shelf
    stand on tiptoe and *reach up
    stretch {their} arm up high
    take something from a high shelf
    try to grab something overhead
    reach above {their} head
    reach (high|over {their} head)
lift
    lift something
    lift {thing}
    lift {thing} up
    lift something with both hands{both}
    (lift|raise|hold) something above the head{overhead}
    (lift|raise) {thing} (above|over) the head{overhead}
    hold {thing} up high{overhead}
    raise something with both arms{both}
    pick something up and *lift it
    take {thing} and *lift it
    heave something up
    move something up
    hold something and *lift it
    (hoist|raise) {thing}
on all fours
    be on all fours
    be on {their} hands and knees{knees}
    stay on all fours
    support {self} on {their} hands and feet
    be on the floor on {their} hands and feet
    lean on {their} hands on the floor
    be down on the floor
    hold {self} up on {their} arms on the floor
    exercise on the floor
    move on the floor on all fours
    put {their} hands on the floor
    do a plank on the floor
    (stay|be) down on {their} hands and feet
    (lean|rest) on {their} hands and feet
    (hold|keep) {their} body above the floor with {their} hands
    (push|prop) {self} up from the floor on {their} arms
reach out
    reach out
    reach out with the {side} hand
    (stretch|hold) out the {side} (arm|hand)
    reach forward
    reach forward with the {side} hand
    extend {their} {side} (arm|hand)
    reach for something
    reach for something with {their} {side} hand
    touch something in front of {self}
    touch something with the {side} hand
    press a button with the {side} hand
    (push|press) a button
    move {their} {side} hand forward
    put out {their} {side} hand
    grab something in front of {self}
golf
    play golf
    swing a golf club
    hit a golf ball
    do a golf swing
    take a golf swing
    practice golf
    swing a club
    hit a ball with a golf club
    make a golf shot
    tee off
    tee off with a long swing
    drive a golf ball
    swing like a golfer
    put a golf ball away with a swing
    (drive|putt) a golf ball
    (swing|use) a golf club to hit a ball
    (play|take) a shot at golf
    practice {their} golf swing
scoop
    scoop something up
    bend over and *scoop something up
    bend down and *lift something up
    bend over, *scoop something up and *lift {their} arms
    scoop something up from the floor
    dip down and *scoop with {their} hands
    gather something up from the ground
    scoop with both hands
    scoop low over the ground
    bend forward and *scoop
    reach down, *scoop and *rise
    lift something up from below
    shovel something up
    (scoop|gather) something with both hands from the ground
    (bend|reach) down to scoop something up
    (dip|lower) {their} hands and *lift something
    scoop and *raise {their} arms
throw
    throw something
    throw a ball
    (throw|toss) a ball with the {side} (hand|arm)
    throw something with the {side} (hand|arm)
    toss something
    (throw|toss|hurl) an object
    pitch a ball
    throw a ball forward
    swing {their} {side} arm and *throw
    throw something away
    fling something
    throw overhand[ with the {side} hand]
    make a throw
    hurl something
    toss a ball to someone
    cast something forward with {their} {side} hand
catch
    catch something
    catch a ball
    catch a ball with both hands
    reach out and *catch something
    grab a ball out of the air
    catch an object
    catch something that was thrown
    stretch out {their} hands to catch a ball
    receive a ball
    snatch something out of the air
    hold out {their} hands and *catch a ball
    play catch
    (grab|snatch) a ball in the air
    (get|catch) something thrown to {self}
    (hold out|raise) {their} hands to catch something
    catch with (one hand|both hands)

# games
tennis
    play tennis
    hit a tennis ball
    swing a tennis racket
    swing a racket
    hit a ball with a racket
    play a tennis match
    return a tennis ball
    practice tennis
    play a tennis (stroke|shot)
    swing a racket with the {side} (hand|arm)
    hit a ball with a tennis racket
    move like a tennis player
    hit a ball across the court
    run and *hit a tennis ball{run}
    serve a tennis ball{serve}
    wait for the ball in tennis
    do a tennis swing
    (move|step) around a tennis court
table tennis
    play table tennis
    play ping pong
    hit a ping pong ball
    hit a table tennis ball
    swing a (paddle|table tennis racket)
    practice table tennis
    practice ping pong
    play a table tennis stroke
    return a ping pong ball
    swing a ping pong paddle with the {side} hand
    play a game of (ping pong|table tennis)
    serve in table tennis{serve}
    serve a ping pong ball{serve}
    step sideways as in table tennis{steps}
    move like a table tennis player
    hit the ball over the table
    (play|make) a shot in table tennis
basketball
    play basketball
    dribble a basketball
    dribble a ball
    bounce a basketball
    dribble a basketball forward{forward}
    walk and *dribble a basketball{walk}
    run and *dribble a basketball{run}
    dribble with the {side} hand
    move with a basketball
    practice basketball
    bounce a ball on the floor
    dribble and *move around
    handle a basketball
    shoot a basketball{shoot}
    throw a basketball at the hoop{shoot}
    throw a ball into the basket{shoot}
    shoot a ball at the hoop{shoot}
    dribble and *shoot a basketball{shoot}
    play with a basketball
    move like a basketball player
shoot gun
    shoot a gun
    aim a (gun|pistol)
    point a (gun|pistol)
    hold a (gun|pistol)
    fire a (gun|pistol)
    aim with a (gun|pistol)
    shoot with a pistol
    hold a gun in both hands
    raise a gun and *shoot
    point a pistol (forward|at someone)
    stand and *aim a gun
    take aim
    practice shooting
    shoot at something
reload gun
    reload a gun
    reload a (pistol|weapon)
    load a (gun|pistol)
    (change|swap) the magazine of a (gun|pistol)
    put bullets into a gun
    handle a gun
    prepare a gun to shoot
    check a (gun|pistol)
    hold a gun and *reload it
    (reload|load) a weapon quickly
    (slide|push) a magazine into a gun
    pull back the slide of a gun
cast spell
    cast a spell
    do magic
    cast a magic spell
    make a magic gesture
    shoot a spell
    throw a fireball
    use magic
    thrust out {their} hand to cast a spell
    perform magic like a wizard
    conjure something
    act like a wizard
    stretch out {their} arm as if casting a spell
    (cast|throw) a spell at someone
    (shoot|send) magic from {their} hand
    (perform|do) a magic trick with {their} hand
    (use|show) magical powers
drive
    drive a car
    drive
    steer a car
    be driving
    hold a steering wheel
    turn a steering wheel
    sit and *drive
    sit in a car and *drive
    be at the wheel
    steer
    sit at the wheel of a car
    drive along
    (drive|steer) a vehicle
    (sit|be) behind the wheel
    (hold|turn) the wheel of a car
    (sit and *steer|sit and *hold a steering wheel)
fix
    fix something
    repair something
    work on something
    work with {their} hands
    use a tool
    tinker with something
    fix something with {their} hands
    mend something
    handle something with both hands
    press a button
    touch something in front of {self}
    operate something
    interact with something
    (repair|mend) an object
    (work|tinker) on something with both hands
    (build|assemble) something
    do some repairs
meditate
    meditate
    sit and *meditate
    sit cross-legged
    do yoga
    sit cross-legged and *meditate
    sit in the lotus position
    sit in meditation
    rest in meditation
    sit calmly with crossed legs
    do a yoga pose
    practice yoga
    (sit and *relax|sit in silence)
    (meditate|rest) with crossed legs
    (stay|sit) still in meditation
    (do|practice) meditation
    sit on the floor and *meditate

# dances
dance
    dance
    perform a dance
    do a dance
    dance (around|about)
    do some dancing
    dance (happily|freely|to music)
    show a dance
    move to music
    dance to the music
    do dance moves
    practice a dance
    make dance (moves|steps)
    dance with {their} arms and legs
    move in time with the music
    dance on the spot{near}
    perform dance moves
salsa
    dance salsa
    do a salsa dance
    dance the salsa
    do salsa steps
    perform salsa
    dance a latin dance
    salsa
    dance salsa with a partner
    move {their} hips in a salsa
    practice salsa[ steps]
    perform a salsa dance
    dance to latin music
    take salsa steps
    step and *turn in a salsa
    do the salsa
    dance latin
    (dance|step) to salsa music
    (spin|turn) in a salsa dance
ballet
    dance ballet
    perform a ballet dance
    do ballet
    dance like a ballerina
    do ballet (moves|steps)
    dance gracefully
    perform a modern dance
    do a graceful dance
    dance with graceful movements
    dance with {move}
    do {move}
    perform {move}
    do {move} in a dance
    practice ballet
    move like a ballet dancer
    dance elegantly
    perform modern dance moves
    perform ballet
    (step|turn) gracefully in a dance
breakdance
    breakdance
    do breakdance moves
    do a breakdance
    perform breakdance[ moves]
    dance hip hop
    do b-boy moves
    spin on the floor and *dance{floor}
    do footwork on the floor{floor}
    break dance
    perform a break dance
    dance like a b-boy
    do street dance moves
    do a breakdancing routine
    show breakdance moves
    dance on the floor with {their} hands and feet{floor}
    do floor moves in a breakdance{floor}
    swing {their} legs around on the floor{floor}
    (show|practice) b-boy moves
indian dance
    perform an indian dance
    dance an indian dance
    dance in an indian style
    do an indian dance
    do a traditional indian dance
    dance a classical indian dance
    perform a bollywood dance
    dance with indian hand gestures
    move {their} arms and hands in an indian dance
    dance like an indian dancer
    practice indian dance
    perform a traditional dance
    stamp and *dance in an indian way
    do indian dance moves
    (perform|practice) a classical dance from india
    (dance|perform) bharatanatyam
    (move|dance) to indian music
charleston
    dance the charleston
    do the charleston
    dance charleston
    do charleston steps
    perform the charleston
    dance a swing dance
    kick and *step in the charleston
    do a twenties dance
    do a dance of the twenties
    dance in the style of the twenties
    do a charleston dance
    (dance|perform) the charleston to jazz
    (swing|kick) {their} legs in a charleston
    (step|move) back and forth in the charleston
    (practice|show) the charleston
    dance like in the twenties
dab
    dab
    do a dab
    do the dab
    strike a dab pose
    make a dab
    hide {their} face in {their} elbow and *stretch the other arm
    perform a dab
    dab with both arms
    dab with {their} head down
    throw a dab
    do a dab move
    (do|make|strike) a dab
    (throw|raise) {their} arms in a dab
    (bend|duck) {their} head into {their} arm and *dab
    (drop|lower) {their} head into one elbow
    (celebrate|pose) with a dab

# exercises and standing
stretch
    stretch
    stretch {their} (arms|body|muscles)
    do stretches
    do stretching exercises
    warm up
    do warm-up exercises
    stretch out
    do some exercises
    do gymnastics exercises
    stretch {their} arms and legs
    exercise
    limber up
    loosen up
    move {their} joints to warm up
    do a stretch
    stretch {their} (limbs|whole body)
    (loosen|warm) up {their} muscles
twist
    twist {their} (upper body|torso|body)
    twist from side to side
    turn {their} upper body from side to side
    do side twists
    rotate {their} torso
    twist {their} body to the left and right
    twist at the waist
    do twisting exercises
    swing {their} upper body from side to side
    exercise by twisting {their} torso
    turn {their} torso left and right
    do torso twists
    rotate {their} upper body
    (twist|turn) {their} shoulders left and right
    (swing|twist) {their} torso
    (do|practice) body twists
swing arms
    swing {their} arms
    swing {their} arms back and forth
    swing both arms
    stand and *swing {their} arms
    move {their} arms back and forth
    let {their} arms swing
    swing {their} arms around
    swing {their} arms from side to side
    swing {their} arms loosely
    swing {their} arms while standing
    move {their} arms to and fro
    flap {their} arms
    swing {their} body and arms
    (swing|move) both arms to and fro
    (swing|let) {their} arms hang and *swing
    swing {their} arms (gently|freely)
    (wave|swing) {their} arms around {their} body
sway
    sway
    sway from side to side
    stand and *sway
    rock from side to side
    shift {their} weight from one foot to the other
    shift {their} weight
    rock back and forth
    lean from side to side
    sway (gently|slowly|lightly)
    stand swaying
    sway back and forth
    move {their} body from side to side
    (sway|rock) back and forth
    (move|shift) {their} weight left and right
    (swing|sway) {their} body gently
    (stand and *rock|rock) from one leg to the other
look around
    look around
    stand and *look around
    look left and right
    turn {their} head to look around
    look (about|in all directions)
    look from side to side
    search for something
    gaze around
    turn {their} head from side to side
    look for something
    glance around
    look over {their} shoulders
    scan the surroundings
    (look|glance) to both sides
    (turn|move) {their} head in all directions
    (search|scan) the room with {their} eyes
stand
    stand
    stand still
    be standing
    stand (in place|upright)
    stand (quietly|calmly|there)
    be standing still
    stand and *wait
    wait
    stay where {they} are
    remain standing
    stand without moving
    be waiting
    stand around
    stand with {their} arms at {their} sides{arms}
    be standing in place
    do nothing
    idle
    stay in place
    keep still
    stand idly
stand and move
    stand
    be standing
    stand and *move a little
    stay in place
    shift {their} weight
    stand around
    shuffle {their} feet
    fidget
    stand and *shift from foot to foot
    move slightly on the spot
    stand with small movements
    take a small step
    remain in place
    step on the spot
    adjust {their} stance
    move {their} feet a little
    (stand|stay) nearly still
    (shift|adjust) {their} feet
teapot
    act out i'm a little teapot
    sing i'm a little teapot
    act like a teapot
    act out a nursery rhyme
    perform the song i'm a little teapot
    play a teapot with one hand on {their} hip
    act out a children's song
    sing a nursery rhyme with gestures
    pretend to be a teapot
    bend to the side like a teapot
    mime a teapot
    do the little teapot song
    hold one arm like a handle and one like a spout
    (sing|perform) a children's song about a teapot
    (bend|lean) over like a teapot pouring tea
    (mime|play) a little teapot
    put one hand on {their} hip and *lean
animal
    act like {animal}
    imitate {animal}
    pretend to be {animal}
    move like {animal}
    mimic {animal}
    behave like {animal}
    do an imitation of {animal}
    act as if {they} were {animal}
    play {animal}
    go around like {animal}
    act out {animal}
    be imitating {animal}
    impersonate {animal}
    copy the movements of {animal}
    (copy|imitate) the way {animal} moves
    (behave|move) as {animal} does
    (pretend|try) to move like {animal}
"""


@cache
def table() -> dict[str, tuple[str, ...]]:
    """Family → its bodies as they stand in the table."""
    found: dict[str, tuple[str, ...]] = {}
    family = ""
    for line in _TABLE.splitlines():
        if line.startswith(" "):
            found[family] += (line.strip(),)
        elif line and not line.startswith("#"):
            family = line.strip()
            found[family] = ()
    return found


@cache
def expand(body: str) -> tuple[str, ...]:
    """All that a body with alternatives and options can say; slots and marks stay."""
    parts = re.split(r"(\([^()]*\)|\[[^\[\]]*\])", body)
    if len(parts) == 1:
        return (body,)
    choices = [
        part[1:-1].split("|") if part.startswith("(")
        else ["", *expand(part[1:-1])] if part.startswith("[")
        else [part]
        for part in parts
    ]  # fmt: skip
    texts = ("".join(chosen) for chosen in itertools.product(*choices))
    return tuple(dict.fromkeys(s for text in texts for s in (expand(text) if "(" in text else (text,))))


def slots(body: str) -> set[str]:
    """The names of a body's slots, {their} and its like apart."""
    return set(re.findall(r"{(\w+)}", body)) - {"their", "self", "they"}
