"""What is done in a described clip, in several ways each: a table for `mocap.py`.

A line at the margin holds descriptions, see `mocap.phrase`; the indented lines below it hold phrases that may
follow "a person". There are at least three, the plainest first, and all are true of every piece of a clip.
"""

_TABLE = """
# climbing, reaching, everyday acts
climb
    climbs on playground equipment | climbs around on a climbing frame | is climbing
playground
    plays on playground equipment | moves around on a climbing frame | climbs around on a climbing frame
forward jumps, turn around
    plays on a playground | moves around on a playground | plays on playground equipment
grip bar, swing body
    swings from a bar | grips a bar and swings | hangs from a bar and swings the body
jump up to grab, reach for, tiptoe
    reaches up to grab something | tries to reach something high up | reaches for something overhead
laugh
    laughs | is laughing | has a laugh
wash self
    washes | is washing | goes through the motions of washing the body
bend over, scoop up, rise, lift arm
    bends over and scoops something up | scoops something up from the floor |
    bends down and lifts something up
look
    looks around | stands and looks around | is looking around
sway
    sways | sways from side to side | stands and sways
swing
    swings the arms | stands and swings the body | is swinging the arms
stand
    stands | is standing | stands in place
wait
    waits | stands and waits | is waiting
urban
    moves in a casual urban style | acts cool | moves casually
conversation gestures
    talks with the hands | makes gestures as in a conversation | gestures while talking
random stuff
    moves around | makes various movements | does all kinds of movements
pick up box
    picks up a box | bends down and picks up a box | takes a box up from the floor
lift box
    lifts a box | bends down and lifts a box | is lifting a box
crouch
    crouches | crouches down | is crouching
lie
    lies on the ground | is lying down | lies on the floor
crouch to lie
    crouches and then lies down | lies down from a crouch | goes from crouching to lying
lie to crouch
    gets up from lying into a crouch | rises from the floor into a crouch | goes from lying to crouching
crawl; crawl on hands and knees
    crawls | is crawling | crawls on hands and knees
crawl forward
    crawls forward | is crawling forward | crawls ahead on hands and knees
crawl backwards
    crawls backwards | is crawling backwards | crawls back on hands and knees

# getting up, falling, rolling
get up from ground
    gets up from the ground | stands up from the floor | rises from the ground
get up face down; get up from lying face down
    gets up from lying face down | pushes up from the floor and stands up |
    stands up after lying on the stomach
get up face up; get up from lying on the back
    gets up from lying face up | gets up from the floor | stands up after lying on the back
get up laying on side
    gets up from lying on the side | gets up from the ground | stands up from the floor
fall on face
    falls on the face | falls forward onto the ground | falls down flat
banana peel slip; bannana peel slip
    slips and falls | slips as if on a banana peel | loses footing and falls down
roll; roll forward on the ground
    rolls on the ground | does a roll | rolls over on the floor

# running with obstacles
run dive over roll run
    runs, dives over something, rolls and runs on | dives over an obstacle and rolls |
    runs and dives into a roll
run jump over
    runs and jumps over something | runs up and jumps over an obstacle |
    jumps over an obstacle while running
run over
    runs over an obstacle | runs | is running
run duck underneath
    runs and ducks under something | runs and ducks underneath an obstacle | ducks while running
run jump stop run
    runs, jumps, stops and runs again | runs and jumps | runs, jumps and runs on
run quick stop run
    runs, stops quickly and runs again | runs and stops suddenly | stops in the middle of a run
run stop run
    runs, stops and runs again | stops in the middle of a run | runs, halts and runs on
run to quick stop
    runs and stops suddenly | runs and comes to a quick stop | runs and then stops
run/jog, sudden stop
    runs and stops suddenly | jogs and comes to a sudden stop | runs and then stops
run, leap
    runs and leaps | takes a run and leaps into the air | runs up and jumps
walk, exaggerated stride
    walks with exaggerated strides | takes exaggerated strides | strides along with exaggerated steps
start walk stop
    starts to walk and stops | walks and then stops | starts walking, then comes to a stop
start hop stop
    starts to hop and stops | hops and then stops | hops a few times and stops
walk on uneven terrain
    walks on uneven ground | walks over uneven terrain | is walking on rough ground
walk backwards turn forwards
    walks backwards, then turns and walks forward | turns around from walking backwards |
    walks backwards and turns around
walk backwards stop forwards
    walks backwards, stops, then walks forward | walks back and then forth |
    walks backwards and then forward
run backwards turn run forward
    runs backwards, then turns and runs forward | turns around from running backwards |
    runs backwards and turns around
run backwards stop run forward
    runs backwards, stops, then runs forward | runs back and then forth | runs backwards and then forward
walk with box
    walks with a box | carries a box | is walking with a box in the hands
run with box
    runs with a box | carries a box while running | is running with a box in the hands
skipping
    skips | is skipping | skips along
walk like a zombie; zombie walk; zombie
    walks like a zombie | is walking like a zombie | staggers like a zombie
stealthy walk; sneak, walk stealthily
    sneaks | walks stealthily | is sneaking around

# jumps and acrobatics
jump, balance
    jumps and balances | jumps and keeps balance | jumps, then balances
jump up and down, hop on one foot
    jumps up and down and hops on one foot | jumps and hops | jumps up and down
cartwheel; cart wheel
    does a cartwheel | turns a cartwheel | performs a cartwheel
cartwheels
    does cartwheels | turns cartwheels | performs cartwheels
stretch and cartwheel
    stretches and does a cartwheel | stretches the arms, then turns a cartwheel |
    does a cartwheel after stretching
backflip
    does a backflip | jumps and flips backwards | performs a backflip
sideflip
    does a side flip | jumps and flips sideways | performs a side flip
crouch and flip backward on hands
    crouches and flips backwards over the hands | does a back handspring |
    crouches and does a backward handspring
jump twist
    jumps and twists | jumps and turns in the air | does a twisting jump
hand stand kicks
    does a handstand and kicks | kicks the legs while doing a handstand | stands on the hands and kicks
kick flip
    does a kick flip | kicks and flips over | does a flip with a kick
kick flip stumble
    does a kick flip and stumbles | flips and stumbles | stumbles after a flip
helicopter
    does a breakdance move | breakdances | does a helicopter breakdance move

# fighting
kick
    kicks | does a kick | is kicking
front kick
    does karate front kicks | practices front kicks | practices karate kicks
mawashigeri
    does karate roundhouse kicks | practices roundhouse kicks | practices karate kicks
yokogeri
    does karate side kicks | practices side kicks | practices karate kicks
gedanbarai
    does karate low blocks | practices a karate block | practices low blocks
syutouuke
    does karate knife hand blocks | practices a karate block | practices knife hand blocks
oiduki
    does karate lunge punches | practices karate punches | practices lunge punches
empi
    performs a karate kata | practices karate | goes through a karate form
heiansyodan
    performs a karate kata | practices karate | goes through a karate form
jump kick
    does a jump kick | jumps and kicks | kicks in a jump
jump and spin kick
    jumps and does a spin kick | does a jumping spin kick | jumps, spins and kicks
spinkick; spin kick
    does a spin kick | spins around and kicks | performs a spinning kick
punch
    punches | throws a punch | is punching
punch/strike
    punches and strikes | throws punches | is punching
swordplay
    fights with a sword | swings a sword | practices sword fighting

# dances and games
salsa dance
    dances salsa | is dancing salsa | does a salsa dance
indian dance
    performs an indian dance | dances an indian dance | is dancing in an indian style
dance
    dances | is dancing | performs a dance
spin; spin around
    spins around | spins | turns around on the spot
dance spin; dance, spin around
    spins in a dance | dances and spins | does a dance spin
soccer - kick ball
    kicks a soccer ball | kicks a ball | plays soccer and kicks the ball
"""

# Verbs that descriptions begin with; what begins with another word is taken for a noun.
_VERBS = """
act answer arch avoid balance bang bend bounce bow bring carry catch chop circle clap clean climb close
comfort cook crawl creep crouch cry curl dance dangle dial dig direct dive drag draw dribble drink drive
drop duck eat explain fall fish fix flap flip fly fold follow freeze gesture get go grab grip hammer hang
hit hold hop hurry iron jog juggle jump kick kneel knock laugh lay lean leap lie lift limp listen look lower
make march mix mop mope move navigate open paint pass peek pick place play point poke pose pull pump punch
push put quarrel race raise reach rest ride rise roll rotate run rush scoop scramble screw search sew shake
shoot show shrug sidestep sing sip sit skate skip sleep slide slip smash sneak spin squat stagger stand
start steer step stir stop stretch stride strike strut stumble swat sway sweep swim swing take talk tap
threaten throw tiptoe trip turn twist type unscrew vacuum wait walk wander wash watch wave whistle wipe
wring write yawn
"""
VERBS = set(_VERBS.split())


def _read(table: str) -> dict[str, tuple[str, ...]]:
    phrases: dict[str, tuple[str, ...]] = {}
    descriptions: list[str] = []
    for line in table.splitlines():
        found = tuple(filter(None, (p.strip() for p in line.split("|"))))
        if line.startswith(" "):
            phrases |= {d: phrases.get(d, ()) + found for d in descriptions}
        elif line and not line.startswith("#"):
            descriptions = line.split("; ")
    return phrases


ACTIONS = _read(_TABLE)
