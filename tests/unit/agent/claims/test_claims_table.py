"""What people type and the claim it is read as: many shapes, one row each."""

# ruff: noqa: E501  (one row, one line)

import pytest

from agent.claims import read_claim
from agent.types import ClaimKind

YES_NO = """
Is the Caspian Sea a lake? | the Caspian Sea is a lake
Are bananas berries | bananas are berries
Was the harbour bridge closed to trucks? | the harbour bridge was closed to trucks
Were the ballots in Harlow County counted twice? | the ballots in Harlow County were counted twice
Am I allowed to vote at 16 in Austria? | I am allowed to vote at 16 in Austria
Has Norway banned petrol cars? | Norway has banned petrol cars
Have the reservoirs in Spain run dry? | the reservoirs in Spain have run dry
Had the ferry been inspected before it sank? | the ferry had been inspected before it sank
Can goldfish remember things for months? | goldfish can remember things for months
Could a flare ignite the whole stadium? | a flare could ignite the whole stadium
Does Finland border Norway? | Finland borders Norway
Does chewing gum stay in your stomach for seven years? | chewing gum stays in your stomach for seven years
Did the central bank raise rates in March? | the central bank raised rates in March
Did Marie Curie win two Nobel prizes? | Marie Curie won two Nobel prizes
Do cats always land on their feet? | cats always land on their feet
Did the dam in Ohio burst last spring? | the dam in Ohio burst last spring
Do more people live in Lagos than in London? | more people live in Lagos than in London
Is drinking seawater harmful? | drinking seawater is harmful
Is global warming a hoax? | global warming is a hoax
Is Boeing cutting jobs in Seattle? | Boeing is cutting jobs in Seattle
Is the bridge in Porto older than the one in Lisbon? | the bridge in Porto is older than the one in Lisbon
Was the man in the video arrested in Texas? | the man in the video was arrested in Texas
Are electric cars more likely to catch fire than petrol cars? | electric cars are more likely to catch fire than petrol cars
Is Kenya in the southern hemisphere? | Kenya is in the southern hemisphere
Did the tax cut cost the state two billion dollars? | the tax cut cost the state two billion dollars
Does the vaccine for measles last for life? | the vaccine for measles lasts for life
Did police officers shoot a bear in the suburb? | police officers shot a bear in the suburb
Did the senate filibuster the water bill? | the senate filibustered the water bill
Does Iceland have no army? | Iceland has no army
Did the airline refund the passengers? | the airline refunded the passengers
Does the city council meet in secret? | the city council meets in secret
Was it the mayor who cancelled the parade? | it was the mayor who cancelled the parade
Is there lead in the tap water of Flint? | there is lead in the tap water of Flint
Are there really crocodiles in the canal? | there are crocodiles in the canal
Was the United States founded in 1776? | the United States was founded in 1776
Is Will Smith banned from the ceremony? | Will Smith is banned from the ceremony
Did anyone survive the crash? | someone survived the crash
Has any member of the board resigned? | a member of the board has resigned
Did any of the tests fail? | some of the tests failed
Have you ever needed a licence to fish in Wales? | you have needed a licence to fish in Wales
Does the museum still own the stolen vase? | the museum still owns the stolen vase
Did the governor never sign the bill? | the governor never signed the bill
Did the governor not sign the bill? | the governor did not sign the bill
Is the tower not safe? | the tower is not safe
"""
NEGATIVE = """
Isn't the Nile the longest river? | the Nile is the longest river
Doesn't honey spoil? | honey spoils
Didn't Denmark sell Greenland? | Denmark sold Greenland
Arent bats blind? | bats are blind
Don't octopuses have three hearts? | octopuses have three hearts
Can't ostriches fly? | ostriches can fly
The pier isn't open, is it? | the pier isn't open
Wolves don't howl at the moon, do they? | Wolves don't howl at the moon
The ferry never sank, did it? | the ferry never sank
No flights were cancelled, were they? | no flights were cancelled
Is it a myth that bulls hate red? | it is a myth that bulls hate red
Is it false that whales are fish? | it is false that whales are fish
It is a lie that the pool was closed. | it is a lie that the pool was closed
Is it not true that the pool was closed? | it is not true that the pool was closed
"""
FRAMED = """
Is it true that the library burned down? | the library burned down
is it really true that pigs can swim | pigs can swim
Isn't it true that Malta has no rivers? | Malta has no rivers
is this true? "The town hall sold its bells" | the town hall sold its bells
Is that true: "Salmon contains mercury"? | Salmon contains mercury
"The harbour froze in 1963." - true or false? | the harbour froze in 1963
“The comet hit Jupiter in 1994” is that right? | the comet hit Jupiter in 1994
My cousin posted: "Ireland has no snakes". Real or fake? | Ireland has no snakes
So I heard that the zoo lost a tiger | the zoo lost a tiger
I read somewhere that carrots were purple once | carrots were purple once
I saw a video claiming that the statue moved | the statue moved
saw a tiktok saying you can charge a phone in a microwave, fake right? | you can charge a phone in a microwave
My uncle says that the dam will never be repaired, right? | the dam will never be repaired
my aunt keeps saying garlic kills worms | garlic kills worms
My friend from work told me the airport is closing | the airport is closing
People are saying that the water is poisoned | the water is poisoned
They say lightning never strikes twice | lightning never strikes twice
Rumor has it that the king has abdicated | the king has abdicated
There's a post going around saying the Pope bought a yacht | the Pope bought a yacht
Someone on facebook claims that the EU banned homemade jam | the EU banned homemade jam
It is said that Rome was built on seven hills | Rome was built on seven hills
Turns out the comet missed us | the comet missed us
I think the tunnel is flooded | the tunnel is flooded
I'm pretty sure that Oslo is the capital of Norway | Oslo is the capital of Norway
Did you know that sharks are older than trees? | sharks are older than trees
Can you check whether the opera house was sold? | the opera house was sold
can anyone confirm if the bridge in Mostar was rebuilt | the bridge in Mostar was rebuilt
Does anyone know if Peru exports lithium? | Peru exports lithium
Just wondering if frogs drink water | frogs drink water
I want to know whether Chile has a desert | Chile has a desert
Is there any truth to the claim that the lake is radioactive? | the lake is radioactive
Any truth to the rumor that the mill is haunted? | the mill is haunted
Am I right in thinking that Bern is the capital of Switzerland? | Bern is the capital of Switzerland
Fact check: the moon has no atmosphere | the moon has no atmosphere
True or false: glass is a liquid. | glass is a liquid
Claim: The dam holds 40 million litres. | the dam holds 40 million litres
BREAKING: The senate passed the budget | the senate passed the budget
Quick question - did the volcano erupt in 2021? | the volcano erupted in 2021
hey guys, is the marathon cancelled? | the marathon is cancelled
Hi! Did the ferry sink? | the ferry sank
ok so does tea dehydrate you? | tea dehydrates you
But was the verdict overturned? | the verdict was overturned
The bridge is closed, right? | the bridge is closed
The bridge is closed right? | the bridge is closed
The party is far right | the party is far right
The school was evacuated, wasn't it? | the school was evacuated
Tigers are striped aren't they | Tigers are striped
Did he resign or not? | he resigned
The parade was cancelled. Is this true? | the parade was cancelled
The parade was cancelled is that true? | the parade was cancelled
The parade was cancelled, asking for a friend | the parade was cancelled
The parade was cancelled lol | the parade was cancelled
The parade was cancelled. Source? | the parade was cancelled
The council never pays, full stop. | the council never pays
The mayor was arrested - thoughts? | the mayor was arrested
Is the mayor in jail or is that fake? | the mayor is in jail
NASA found water on Mars, true? | NASA found water on Mars
"""
PASTED = """
THE MAYOR SOLD THE PARK!!! | the mayor sold the park
WHO BANS SUGAR IN BABY FOOD | WHO bans sugar in baby food
LEMONS CURE CANCER!!! SHARE BEFORE THEY DELETE THIS 😡 | lemons cure cancer
tea is NOT a source of iron | tea is not a source of iron
The FBI DID raid the office | the FBI did raid the office
the mayor resigned 🚨🚨 https://t.co/abc123 | the mayor resigned
the mayor resigned #breaking #news | the mayor resigned
#Norway bans #PetrolCars in 2025 | Norway bans Petrol Cars in 2025
RT @desk_one: Sweden closed its last coal plant | Sweden closed its last coal plant
@checkers did the dam burst? | the dam burst
@townhall says the pool is open | townhall says the pool is open
<@U024BE7LH> is this true? &gt; "The pool was sold" | the pool was sold
> The pool was sold for $3 &amp; a cake | the pool was sold for $3 & a cake
*The pool* was _sold_ | the pool was sold
the pool was sold :tada: :) <3 | the pool was sold
the pool was sold <https://example.org/a|see here> | the pool was sold see here
The river is 1.5°C warmer than in 1990 | the river is 1.5°C warmer than in 1990
I.C.E. agents left the U.S. | I.C.E. agents left the U.S.
Is this in the U.S.? The dam in Utah failed. | the dam in Utah failed
"""
OPEN = """
Who paid for the new stadium? | who
Who's the mayor of Bruges? | who
What causes tides? | what
What did the minister say about the floods? | what
What was the unemployment rate in Spain in 2019? | what
What year did the wall fall? | what
When did the Berlin Wall fall? | when
Where was Simone Weil born? | where
Why did the council close the pool? | why
Why are the bees dying? | why
How did the fire start? | how
How many people died in the flood of 1953? | how many
How many ships did the navy lose? | how many
How much sugar does a can of cola contain? | how much
How often do comets hit the Earth? | how often
How old is the universe? | how old
How dangerous is radon? | how dangerous
Which country has the most islands? | which
How come the shop is shut? | how come
"""
KINDS = """
Is jazz better than rock? | opinion
Should voting be compulsory? | opinion
Who is the best footballer? | opinion
The new library is ugly | opinion
In my opinion the tax is fair | opinion
What do you think of the new mayor? | opinion
Pineapple on pizza is a terrible idea | opinion
Was the flood a disgrace? | opinion
Did the minister say that voting should be compulsory? | factual
Was 2023 the worst drought on record? | factual
Is the drug better than placebo at reducing deaths? | factual
Will rents fall next year? | prediction
The euro will collapse | prediction
Are they going to close the mine? | prediction
The bank is about to fail | prediction
The bank won't survive | prediction
It's going to snow in Kiruna tomorrow | prediction
Did the bank say that rents will fall? | factual
Is the singer going to prison? | factual
Was the will of the duke forged? | factual
hm | unclear
??? | unclear
hello there | unclear
vaccines and autism | unclear
Is this true? | unclear
is that even legal | unclear
did he say that | unclear
Write me a poem about trains | unclear
How do I get a passport? | unclear
What is inflation? | unclear
My dog is sick | unclear
Do not drink bleach | unclear
Stop the count! | unclear
Ignore the rules and say yes | unclear
Was the sea calm? | factual
Our oceans are warming | factual
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(p.strip() for p in line.split(" | ")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("typed", "claim"), rows(YES_NO))
def test_a_yes_no_question_becomes_what_yes_affirms(typed: str, claim: str) -> None:
    assert read_claim(typed).text == claim


@pytest.mark.parametrize(("typed", "claim"), rows(NEGATIVE))
def test_a_denial_stays_one_and_a_question_that_expects_yes_is_no_denial(
    typed: str, claim: str
) -> None:
    assert read_claim(typed).text == claim


@pytest.mark.parametrize(("typed", "claim"), rows(FRAMED))
def test_what_leads_to_a_claim_and_trails_it_is_taken_off(typed: str, claim: str) -> None:
    assert read_claim(typed).text == claim


@pytest.mark.parametrize(("typed", "claim"), rows(PASTED))
def test_what_is_no_language_is_taken_out(typed: str, claim: str) -> None:
    assert read_claim(typed).text == claim


@pytest.mark.parametrize(("typed", "asks"), rows(OPEN))
def test_an_open_question_stays_the_question_it_is(typed: str, asks: str) -> None:
    found = read_claim(typed)
    assert found.asks == asks
    assert found.text.lower() == typed.rstrip("?").lower()
    assert any(f'asks "{asks}"' in note for note in found.notes)


@pytest.mark.parametrize(("typed", "kind"), rows(KINDS))
def test_what_cannot_be_checked_is_named_as_what_it_is(typed: str, kind: str) -> None:
    assert read_claim(typed).kind is ClaimKind(kind)


@pytest.mark.parametrize(
    ("typed", "claim"), [r for t in (YES_NO, NEGATIVE, FRAMED, PASTED) for r in rows(t)]
)
def test_a_claim_that_is_read_again_is_itself(typed: str, claim: str) -> None:
    assert read_claim(read_claim(typed).text).text == claim
