"""English words that the rules lean on: titles of office, borrowed names, words that are no names."""

from __future__ import annotations

from dataclasses import dataclass

STATE = frozenset({"head_of_state", "head_of_state_and_government"})
GOVERNMENT = frozenset({"head_of_government", "head_of_state_and_government"})
EITHER = STATE | GOVERNMENT
FOREIGN = frozenset({"foreign_minister"})
DEFENCE = frozenset({"defence_minister"})
ORGANISATION = frozenset({"org_head"})
OTHER = frozenset({"official", "vice_president", "governor_general", "nonstate_leader"})
NONE: frozenset[str] = frozenset()
COUNTERPART = "counterpart"  # says that somebody holds an office, not which


@dataclass(frozen=True, slots=True)
class Title:
    """Words that name an office or a rank.

    ``roles`` are the offices it may mean (empty: a rank or courtesy, which only says that a name follows).
    A ``is_common`` title is borne in companies and clubs too.
    """

    words: str
    roles: frozenset[str]
    is_common: bool = False

    @property
    def is_of_several(self) -> bool:
        """Return whether the words name an office of several people: "foreign ministers"."""
        return self.words.endswith("s") and not self.words.endswith(("affairs", "affaires"))

    @property
    def of_one(self) -> str:
        """Return the words for one holder: "foreign minister" of "foreign ministers"."""
        return self.words[:-1] if self.is_of_several else self.words

    @property
    def is_office(self) -> bool:
        """Return whether the words name an office, not only a rank or a courtesy."""
        return bool(self.roles)


def _words(text: str) -> frozenset[str]:
    """Return the words of a text set in lines."""
    return frozenset(text.split())


def _phrases(text: str) -> list[str]:
    """Return the phrases of a text, parted by commas."""
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]


# Roles and the titles that may mean them; a title is listed once.
OFFICES: tuple[tuple[frozenset[str], str], ...] = (
    (
        STATE,
        """acting president, interim president, king, queen, emir, amir, emperor, sultan, pope, pontiff,
        supreme leader, grand duke, military ruler, transitional president""",
    ),
    (
        GOVERNMENT,
        """prime minister, premier, chancellor, taoiseach, PM, caretaker prime minister, acting prime
        minister, interim prime minister, prime minister-designate""",
    ),
    (EITHER, "ruler, strongman, crown prince, junta leader, military leader, coup leader, de facto leader"),
    (
        FOREIGN,
        """foreign minister, secretary of state, foreign secretary, FM, external affairs minister, minister
        of foreign affairs, minister for foreign affairs, foreign affairs minister, minister of external
        affairs, acting foreign minister, top diplomat, foreign affairs secretary""",
    ),
    (
        DEFENCE,
        """defence minister, defense minister, defence secretary, defense secretary, secretary of defense,
        minister of defence, minister of defense, secretary of war, minister for defence, minister for
        defense""",
    ),
    (
        ORGANISATION,
        """secretary general, secretary-general, high representative, foreign policy chief, commission
        president, high commissioner""",
    ),
    (
        OTHER,
        """vice president, vice-president, deputy prime minister, deputy foreign minister, vice premier,
        deputy PM, first lady, deputy minister, vice foreign minister, deputy president, deputy premier,
        deputy defence minister, deputy defense minister, ambassador, envoy, special envoy, peace envoy,
        consul general, consul, charge d'affaires, permanent representative, special representative,
        foreign ministry spokesman, foreign ministry spokeswoman, foreign ministry spokesperson,
        government spokesman, national security adviser, national security advisor, security adviser,
        treasury secretary, finance minister, trade minister, commerce minister, commerce secretary,
        energy minister, interior minister, home secretary, minister, home minister, justice minister,
        health minister, economy minister, economic minister, oil minister, agriculture minister,
        transport minister, information minister, culture minister, unification minister, immigration
        minister, education minister, environment minister, labour minister, labor minister, industry
        minister, planning minister, water minister, attorney general, state secretary, under secretary,
        undersecretary, senator, congressman, congresswoman, lawmaker, opposition leader, parliament
        speaker, house speaker, rebel leader, warlord, army chief, party leader, cabinet secretary, trade
        representative, cabinet minister, chief negotiator, presidential candidate, minister of state,
        intelligence chief, spy chief, special rapporteur, presidential adviser, presidential aide,
        opposition politician, politician, junta chief, ayatollah, chancellor of the exchequer,
        under-secretary-general, under secretary-general, under secretary general, undersecretary-general,
        undersecretary general, assistant secretary-general, assistant secretary general, deputy
        secretary-general, deputy secretary general, deputy secretary of state, assistant secretary of
        state, under secretary of state, undersecretary of state, deputy defense secretary, resident
        coordinator, humanitarian coordinator, relief coordinator, special coordinator, aid chief,
        humanitarian chief, deputy envoy, deputy national security adviser, deputy national security advisor,
        prosecutor general, chief prosecutor, chief of general staff, chief of the general staff, chief of
        defence staff, army commander, rebel commander, military commander, military spokesman, army
        spokesman, army spokeswoman, military spokeswoman, presidential spokesman, presidential spokeswoman,
        presidential spokesperson, government spokeswoman, government spokesperson, rebel spokesman,
        separatist leader, guerrilla leader, militia leader, opposition figure, parliamentary speaker,
        deputy speaker, deputy chairman, president-elect, prime minister-elect, deputy foreign secretary,
        shadow foreign secretary, shadow foreign minister, shadow defence secretary, MP, MEP""",
    ),
    # Whatever the office of the one who meets him is: "his Peruvian counterpart, Juan Paz".
    (EITHER | GOVERNMENT | FOREIGN | DEFENCE | OTHER, f"{COUNTERPART}, {COUNTERPART}s"),
)
# Titles that companies, clubs and families have too.
COMMON_OFFICES: tuple[tuple[frozenset[str], str], ...] = (
    (STATE, "president"),
    (EITHER, "leader"),
    (
        ORGANISATION,
        "director general, director-general, chief, commissioner, chairperson, chairman, prosecutor, head",
    ),
    (
        OTHER,
        """spokesman, spokeswoman, spokesperson, press secretary, chief of staff, secretary, governor,
        speaker, negotiator, candidate, communications director, director, rapporteur, prince, princess,
        cardinal, patriarch, archbishop, diplomat, general, admiral, colonel, marshal, lieutenant
        general, major general, brigadier general, commander, mayor, lawyer general, official,
        representative, coordinator, administrator, deputy administrator, assistant administrator, executive
        director, deputy director, managing director, regional director, country director, deputy head,
        deputy chief, deputy commander, deputy governor, deputy mayor, assistant secretary, deputy assistant
        secretary, permanent secretary, vice admiral, rear admiral, air marshal, brigadier, judge,
        adviser, advisor, lt gen, maj gen, brig gen, gen, adm, col, lt col""",
    ),
    # Several of one office: "foreign ministers Ana Soto and Juan Paz".
    (GOVERNMENT, "prime ministers, premiers"),
    (FOREIGN, "foreign ministers"),
    (DEFENCE, "defence ministers, defense ministers"),
    (
        OTHER,
        """finance ministers, ministers, ambassadors, envoys, senators, lawmakers, commissioners, governors,
        MPs, MEPs""",
    ),
)
# Of a body these are officers, of a country artists and tradesmen too: "the Indian director Ana Soto".
OF_A_BODY = frozenset(
    _phrases(
        """director, executive director, deputy director, managing director, regional director, country
        director, judge"""
    )
)
COURTESIES = "mr, mrs, ms, miss, dr, sir, lord, lady, sheikh, h.e, mullah, hon"
TITLES: dict[str, Title] = {
    **{words: Title(words, roles) for roles, text in OFFICES for words in _phrases(text)},
    **{words: Title(words, roles, True) for roles, text in COMMON_OFFICES for words in _phrases(text)},
    **{words: Title(words, NONE) for words in _phrases(COURTESIES)},
}
# Words before a title that take the office away from the present holder.
PAST = _words("former ex then late deposed ousted previous onetime erstwhile")
# In small letters, as words are compared with them: "mp".
TITLE_WORDS = frozenset(words.lower() for words in TITLES)
# A common title is believed where one of these words stands just before it.
PUBLIC_WORDS = _words(
    """ministry government foreign police presidential military army party opposition state leadership tory
    labour labor conservative republican democratic socialist parliamentary rebel council"""
)
# Between a country and an office they say that the two are no one phrase: "Peru's ties with President ...".
PHRASE_ENDS = _words(
    """and or but of to for at in on from with by as that who which while when after before than said says
    told met meets asked asks called calls is are was were has have had will would can could"""
)
# Words in small letters of a phrase that begins with a country's name: "EU trade commissioner".
FIELDS = _words(
    """acting deputy vice former new newly interim outgoing incoming permanent special senior chief first
    foreign interior home finance trade defence defense energy health education environment climate human
    rights army navy air military police security intelligence nuclear opposition government party
    parliament parliamentary presidential cabinet state national federal humanitarian peace relief aid"""
)

# "Donald Trump Jr".
GENERATIONS = _words("Jr Jnr Junior Sr Snr III IV")
# "Trump Tower": a surname lends itself to a thing.
SURNAME_BORROWERS = _words(
    """Tower Towers Organization Organisation Hotel International Foundation University Airport Street
    Avenue Bridge Plaza Center Centre School Library Institute Stadium Prize Medal Mountain Island
    Islands Bay"""
)
# Between a head's name and "government" they say whose government it is: "the Trudeau Liberal government".
PARTIES = _words(
    """Labor Labour Liberal Conservative Coalition Tory National Nationalist Progressive Democratic Republican
    Socialist Communist Green Islamist coalition caretaker minority majority"""
)
# Words with a capital that may stand before a surname without being a first name.
NOT_FIRST_NAMES = _words(
    """The A An And But If When While As After Before Since With Without For From In On At By To Of Or Not
    No That This Mr Mrs Ms Dr Sir Lord Lady Madam Sheikh Sheik Imam Comrade Chairman General Gen Sen Rep
    Gov Lt Col Maj Capt Adm Says Said Both Why How What Who Where Will Does Did Is Are Was Has Had Can
    Could Should Would May Might Must Meanwhile However Earlier Later Today Yesterday Tomorrow Monday
    Tuesday Wednesday Thursday Friday Saturday Sunday Republican Democrat Democratic Conservative Labour
    Labor Tory Communist Socialist Liberal Administration Team President-elect Elect Minister Ministers
    Secretary Leader Officials Like Under Against Inside About Over Pro Anti Ex Former Then Outgoing
    Incoming Late"""
)
# Words with a capital that stand in no person's name.
NOT_NAMES = _words(
    """The A An And But If When While As After Before Since With Without For From In On At By To Of Or Not
    No That This He She It They We His Her Its Their Our Who Which What Monday Tuesday Wednesday Thursday
    Friday Saturday Sunday January February March April May June July August September October November
    December Ministry Minister Party Council Committee Court Government House Office Bank University
    Agency Department Forum Summit Parliament Union Commission Assembly Association Institute Center
    Centre Group Company Corporation Army Navy Force Forces Police Republic Kingdom State States City
    News Times Post Press Affairs Foreign Defence Defense Security Trade Finance National International
    Federal Supreme General Deputy Former Special Prime Vice Chief Street Square Palace Day Treaty
    Agreement Accord Conference Television Radio Senate Congress Cabinet Front Movement Resolution North
    South East West New World War Peace Parliamentary Friendship Executive Advisory Human Rights Social
    Economic Public Central Secretary President Ambassador Envoy Speaker Chairman Both Also However Mr
    Mrs Ms Dr Sir Lord According Speaking Asked Meanwhile Reuters BBC CNN AP AFP"""
)
# First names of people who are seldom in office; the gazetteer's own are known from it.
FIRST_NAMES = _words(
    """Pam Jane Susan Karen Nancy Linda Barbara Lisa Sandra Sharon Kelly Heather Amy Emily Jessica Jennifer
    Stephanie Nicole Rachel Laura Julie Amanda Melissa Rebecca Katherine Kathleen Kathy Kate Katie Megan
    Hannah Samantha Ashley Lauren Alison Fiona Gemma Claire Joanne Louise Tracy Wendy Debbie Deborah Denise
    Diane Donna Gloria Irene Jill Joan Joyce Judith Judy Lois Lucy Lynn Marilyn Martha Norma Paula Peggy
    Phyllis Rita Rosemary Ruby Sally Sheila Shirley Sue Sylvia Tina Vera Whitney Kevin Brian Jason Gary
    Larry Jerry Dennis Craig Derek Keith Kenneth Kyle Randy Roger Russell Scott Shawn Sean Stuart Terry Todd
    Travis Troy Wayne Barry Brad Brett Bruce Carl Clive Colin Darren Dave Don Doug Duncan Dustin Dylan Eddie
    Ernest Floyd Fred Gavin Gerry Glenn Graham Greg Hank Howard Hugh Jake Jeff Jeremy Joey Jon Josh Justin
    Kirk Kurt Lance Leonard Liam Lloyd Lou Marcus Marvin Matt Mickey Mike Mitch Neil Nigel Norm Oscar Ozzy
    Perry Phil Ralph Randall Ray Rick Ricky Rodney Ron Roy Rufus Ryan Sam Shane Sidney Simon Stan Steve Stevie
    Ted Tim Toby Tommy Tyler Vince Walt Warren Zach Zoe Anita Becky Bella Beth Bridget Carla Carrie Cathy
    Cindy Courtney Daisy Ellen Erica Erin Esther Freya Gail Gina Heidi Holly Ivy Jackie Jasmine Jenny Jodie
    Kylie Leah Lily Mandy Margot Maureen Miranda Molly Nadine Naomi Natalie Olivia Penny Poppy Robyn Rosie
    Sandy Sienna Tanya Tess Tiffany Trudy Yvonne"""
)
# "In Brussels" is a place where something happens, "Brussels said" is the body that sits there.
SITE_PREPOSITIONS = _words(
    "in at near outside to from around through across leaves leaving reach reached visits visited"
)
# Small words inside names: "Ursula von der Leyen", "Mohammed bin Salman".
NAME_PARTICLES = _words(
    "al el bin bint ibn ben de da do dos das del della di du la le van von der den ter ul ud abu al-"
)

# "Jordan Times", "Georgia Tech": a country lends its name to something else.
COUNTRY_BORROWERS = _words(
    """Times Post Today Herald Tribune Daily Journal Telegraph Observer Gazette Chronicle Airlines Airways
    Airline Street Avenue Road Lane Boulevard Hotel Tech Marathon FC Rovers Wanderers Open Ocean Sea Strait
    Islander Jr"""
)
# "Geneva Conventions", "Paris Agreement": a text is named after the town where it was signed.
SIGNED_TEXTS = _words(
    """Agreement Agreements Accord Accords Convention Conventions Protocol Protocols Statute Treaty Club
    Declaration agreement agreements accord accords protocol protocols Consensus Process Format Syndrome
    syndrome"""
)
# "HMS Gibraltar", "USS Ronald Reagan": a ship bears the name.
SHIPS = _words("HMS USS MV RMS INS HMAS HMCS HMNZS USNS")
# "Vienna-based": a town where somebody sits.
SEATED = "based"
# "New Mexico", "Little Russia".
BORROWING_ADJECTIVES = _words("New Little Air Radio") | SHIPS
# "Times of India", "Gulf of Mexico".
BORROWERS_OF = _words("Times Voice Gulf Sea Bay Captain Straits Strait Channel")
# Acronyms that spell an English word: in a line of capitals they are no evidence.
WORDLIKE_ACRONYMS = _words(
    "US WHO IS IT AM PA NAM AU SAC SHAPE PACE ETA IMO ALBA SWIFT BIS ICE CAR CITES BASIC OLAF"
)
# Acronyms whose small letters are on every line: to report each as refused would help nobody.
TOO_COMMON = _words("who let is it am as an at in so un no or to me my")
# Words that deny what follows: "no sanctions", "stops short of a ceasefire".
NEGATIONS = frozenset(
    _phrases(
        """no, not, without, never, neither, nor, denied, ruled out, rules out, short of, instead of, rather
        than"""
    )
)

# The newspaper forms of states and provinces, as they stand behind a town: "AKRON, Ohio", "WALTHAM, Mass".
# Source: the Associated Press and the Canadian Press, from general knowledge.
_STATES = {
    "us": """Ala Alaska Ariz Ark Calif Colo Conn DC Del Fla Ga Hawaii Idaho Ill Ind Iowa Kan Kansas Ky La
    Maine Mass Md Mich Minn Miss Mo Mont NC ND NH NJ NM NY Neb Nev Ohio Okla Ore Oregon Pa RI SC SD Tenn Tex
    Texas Utah Va Vt WVa Wash Wis Wyo""",
    "ca": """Alberta Alta BC Man Manitoba NB NS Newfoundland Nfld Ont Ontario PEI Que Quebec Sask
    Saskatchewan""",
}
STATES = {name.casefold(): key for key, names in _STATES.items() for name in _words(names)}
# Those that are believed with a point behind a town anywhere in a text.
POINTED_STATES = _words(
    """Ala Ariz Ark Calif Colo Conn D.C Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Mo Mont N.C N.D N.H N.J
    N.M N.Y Neb Nev Okla Ore Pa R.I S.C S.D Tenn Tex Va Vt W.Va Wash Wis Wyo Alta B.C N.B N.S Ont Que Sask"""
)
# Capitals besides, agencies keep bureaus here that report on other countries.
BUREAUS = _words(
    """abidjan almaty dubai frankfurt geneva hong-kong istanbul jerusalem johannesburg lagos miami mumbai
    new-york peshawar shanghai strasbourg sydney tel-aviv the-hague"""
)
# Here bodies of many states meet: that a report was filed here says nothing about the country.
HOSTS = _words("brussels geneva luxembourg new-york strasbourg the-hague vienna")
