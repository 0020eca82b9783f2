"""Names of units in tariffs: codes of TARIC and UN/ECE, words and abbreviations.

Data only.  Every entry gives the fields of :class:`.units.Denominator`.

Sources: TARIC measurement units and qualifiers; UN/ECE Recommendation 20; column "Unit
of Quantity" and rate columns of the Harmonized Tariff Schedule of the United States.
"""

#: Numbers that count pieces where they stand alone: $6/1000, ¢/hundred.
BARE_COUNTS = (100, 1000, 10000)

# --- Codes ---------------------------------------------------------------------------

CODES = {
    # Mass
    "KGM": {"unit": "kg"},
    "GRM": {"unit": "g"},
    "MGM": {"unit": "mg"},
    "TNE": {"unit": "kg", "per": 1000},
    "DTN": {"unit": "kg", "per": 100},
    "DAP": {"unit": "kg", "per": 10000, "qualifier": "polarisation"},
    "CTM": {"unit": "ct"},
    "LBR": {"unit": "lb"},
    "ONZ": {"unit": "oz"},
    "GKG": {"unit": "kg", "weight_basis": "gross"},
    # Mass of what is in the goods
    "DHS": {"unit": "kg", "content": "dihydrostreptomycin"},
    "GFI": {"unit": "g", "content": "fissile isotopes"},
    "KCC": {"unit": "kg", "content": "choline chloride"},
    "KCL": {"unit": "kg", "per": 1000, "content": "potassium chloride"},
    "KMA": {"unit": "kg", "content": "methylamines"},
    "KNI": {"unit": "kg", "content": "nitrogen"},
    "KNS": {"unit": "kg", "content": "hydrogen peroxide"},
    "KPH": {"unit": "kg", "content": "potassium hydroxide"},
    "KPO": {"unit": "kg", "content": "potassium oxide"},
    "KPP": {"unit": "kg", "content": "phosphorus pentoxide"},
    "KSD": {"unit": "kg", "content": "substance 90% dry"},
    "KSH": {"unit": "kg", "content": "sodium hydroxide"},
    "KUR": {"unit": "kg", "content": "uranium"},
    # Volume
    "LTR": {"unit": "l"},
    "HLT": {"unit": "hl"},
    "KLT": {"unit": "l", "per": 1000},
    "MTQ": {"unit": "m3"},
    "MLT": {"unit": "ml"},
    "CLT": {"unit": "cl"},
    "GLL": {"unit": "gal"},
    "BLL": {"unit": "bbl"},
    "LPA": {"unit": "lpa"},
    "ASV": {"unit": "asv"},
    "ASVX": {"unit": "hl", "times": ("asv",)},
    "BRX": {"unit": "sucrose_percent"},
    "SPR": {"unit": "spr"},
    "SPQLPA": {"unit": "lpa", "times": ("spr",)},
    # a hectolitre holds as many litres of pure alcohol as it has % vol
    "SPQLTR": {"unit": "hl", "times": ("asv", "spr")},
    # Count
    "NAR": {"unit": "pcs"},
    "NMB": {"unit": "pcs"},  # number, as ASYCUDA has it
    "H87": {"unit": "pcs"},
    "C62": {"unit": "pcs"},
    "EA": {"unit": "pcs"},
    "CEN": {"unit": "pcs", "per": 100},
    "MIL": {"unit": "pcs", "per": 1000},
    "DZN": {"unit": "doz"},
    "GRO": {"unit": "gross"},
    "HEA": {"unit": "head"},
    "NPR": {"unit": "pr"},
    "PR": {"unit": "pr"},
    "MPR": {"unit": "pr", "per": 1000},
    "DPR": {"unit": "doz_pr"},
    "NCL": {"unit": "cell"},
    "NARB": {"unit": "b_f"},
    # Length, area, energy, capacity
    "MTR": {"unit": "m"},
    "CMT": {"unit": "cm"},
    "MMT": {"unit": "mm"},
    "KMT": {"unit": "km"},
    "HMT": {"unit": "m", "per": 100},
    "FOT": {"unit": "ft"},
    "INH": {"unit": "in"},
    "YRD": {"unit": "yd"},
    "MTK": {"unit": "m2"},
    "CMK": {"unit": "cm2"},
    "FTK": {"unit": "ft2"},
    "YDK": {"unit": "yd2"},
    "MTQC": {"unit": "m3", "per": 1000},
    "KWH": {"unit": "kwh"},
    "MWH": {"unit": "mwh"},
    "TJO": {"unit": "tj"},
    "WAT": {"unit": "w"},
    "WTT": {"unit": "w"},
    "KWT": {"unit": "kw"},
    "CCT": {"unit": "ct_l"},
    "GRT": {"unit": "gt"},
}

#: Qualifier codes of TARIC, after the code of the unit: DTN E, or DTNE.
TARIC_QUALIFIERS = {
    "A": {"qualifier": "total alcohol"},
    "E": {"weight_basis": "drained"},
    "F": {"qualifier": "common wheat"},
    "G": {"weight_basis": "gross"},
    "I": {"qualifier": "biodiesel"},
    "J": {"qualifier": "fuel content"},
    "K": {"qualifier": "bioethanol"},
    "L": {"qualifier": "live weight"},
    "M": {"qualifier": "dry matter"},
    "P": {"qualifier": "lactic matter"},
    "R": {"qualifier": "standard quality"},
    "S": {"qualifier": "raw sugar"},
    "T": {"qualifier": "dry lactic matter"},
    "Z": {"times": ("sucrose_percent",)},
}

# --- Words ---------------------------------------------------------------------------

_WORDS = {
    "kg": (
        "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramme, kilogrammes, "
        "quilograma, quilogramas, kilogramo, kilogramos, kilogramm, kg net, "
        "kg/net, net kg"
    ),
    "g": "gr, gm, gram, grams, gramme, grammes, gramo, gramos, gramm",
    "t": ("tonne, tonnes, tonnen, tonelada, toneladas, metric ton, metric tons"),
    "ct": "carat, carats, c/k, metric carat",
    "lb": "lbs, pound, pounds",
    "oz": "ounce, ounces",
    "clean_kg": "clean kg, cy kg",
    "l": "lt, ltr, liter, liters, litre, litres, litro, litros",
    "hl": ("hectoliter, hectoliters, hectolitre, hectolitres, hectolitro, hektoliter"),
    "m3": "cbm, cu m, cubic metre, cubic metres, cubic meter, cubic meters",
    "bbl": "bbls, barrel, barrels",
    "gal": "gallon, gallons",
    "lpa": "l alc 100%, l alc 100, litre pure alcohol, la",
    "pf_l": "pf liter, pf liters, pf l, proof liter, proof liters",
    "asv": "%vol",
    "sucrose_percent": "%sucrose, %sacchar, brx",
    "degrees_under_100": "deg",
    "pcs": (
        "no, nos, number, pc, pce, piece, pieces, each, ea, u, unit, units, "
        "unidad, unidades, un, unidade, stück, stk, pièce, pièces, pieza, "
        "piezas, peça, peças, item, items, article, articles, p/st"
    ),
    "doz": (
        "dz, dozen, dozens, docena, docenas, dz pcs, doz pcs, "
        "doz pieces, dozen pieces, dozen pcs"
    ),
    "gross": "grosses",
    "head": "heads",
    "pr": "prs, pair, pairs, pa, par, pares, paar, paire, paires",
    "doz_pr": "doz prs, doz pr, dozen pairs",
    "jewel": "jewels, jwl, jwls",
    "pin": "pins",
    "cell": "cells, ce/el",
    "pack": "packs",
    "dose": "doses",
    "gross_line": "line/gross, gr lines, gr line, gross lines",
    "square": "squares",
    "fiber_m": "fiber m",
    "b_f": "b/f",
    "ct_l": "ct/l",
    "gt": "gt",
    "m": "meter, meters, metre, metres, metro, metros, lin m, linear m",
    "km": "kilometre, kilometer",
    "m2": "sqm, sq m, square metre, square metres, square meter, square meters",
    "cm2": "sq cm",
    "ft2": "sqft, sq ft, square foot, square feet",
    "yd2": "sq yd, square yard, square yards",
    "w": "watt, watts",
    "tj": "terajoule, terajoules",
    "spr": "spr discount",
}

#: Fields by the words printed, in small letters, without full stops.
PRINTED = {
    name: {"unit": unit} for unit, names in _WORDS.items() for name in names.split(", ")
}
PRINTED.update(
    {
        "hundred": {"unit": "pcs", "per": 100},
        "hundreds": {"unit": "pcs", "per": 100},
        "thousand": {"unit": "pcs", "per": 1000},
        "thousands": {"unit": "pcs", "per": 1000},
        "thou- sand": {"unit": "pcs", "per": 1000},
        "thousand m3": {"unit": "m3", "per": 1000},
        "thousand m": {"unit": "m", "per": 1000},
        # Alcohol, sugar
        "%vol/hl": {"unit": "hl", "times": ("asv",)},
        "kg/net/%sacchar": {"unit": "kg", "times": ("sucrose_percent",)},
        "kg/net/%saccha": {"unit": "kg", "times": ("sucrose_percent",)},
        "l total alc": {"unit": "l", "qualifier": "total alcohol"},
        "kg/tot/alc": {"unit": "kg", "qualifier": "total alcohol"},
        # Kinds of mass
        "kg/br": {"unit": "kg", "weight_basis": "gross"},
        "kg/gross": {"unit": "kg", "weight_basis": "gross"},
        "hl/%vol": {"unit": "hl", "times": ("asv",)},
        "gross kg": {"unit": "kg", "weight_basis": "gross"},
        "kg gross": {"unit": "kg", "weight_basis": "gross"},
        "gkg": {"unit": "kg", "weight_basis": "gross"},
        "kg/net eda": {"unit": "kg", "weight_basis": "drained"},
        "kg/net drained wt": {"unit": "kg", "weight_basis": "drained"},
        "kg/net drained weight": {"unit": "kg", "weight_basis": "drained"},
        "kg drained weight": {"unit": "kg", "weight_basis": "drained"},
        "kg drained net weight": {"unit": "kg", "weight_basis": "drained"},
        "kg/net mas": {"unit": "kg", "qualifier": "dry matter"},
        "kg/polar": {"unit": "kg", "qualifier": "polarisation"},
        "kg common wheat": {"unit": "kg", "qualifier": "common wheat"},
        "kg live weight": {"unit": "kg", "qualifier": "live weight"},
        "kg std qual": {"unit": "kg", "qualifier": "standard quality"},
        "kg raw sugar": {"unit": "kg", "qualifier": "raw sugar"},
        "kg/raw sugar": {"unit": "kg", "qualifier": "raw sugar"},
        "kg/lactic matter": {"unit": "kg", "qualifier": "lactic matter"},
        "kg/dry lactic matter": {"unit": "kg", "qualifier": "dry lactic matter"},
        "kg/biodiesel": {"unit": "kg", "qualifier": "biodiesel"},
        "kg/bioethanol": {"unit": "kg", "qualifier": "bioethanol"},
        "kg/fuel content": {"unit": "kg", "qualifier": "fuel content"},
        "t adw": {"unit": "t", "qualifier": "air dry weight"},
        "t dwb": {"unit": "t", "qualifier": "dry weight"},
        "kg methylamines": {"unit": "kg", "content": "methylamines"},
        "kg dhs": {"unit": "kg", "content": "dihydrostreptomycin"},
        "kg 90%sdt": {"unit": "kg", "content": "substance 90% dry"},
        "gi f/s": {"unit": "g", "content": "fissile isotopes"},
        "tonne kcl": {"unit": "kg", "per": 1000, "content": "potassium chloride"},
        "t kcl": {"unit": "kg", "per": 1000, "content": "potassium chloride"},
    }
)

#: How a unit is printed where its code is not what tariffs print.
PRINTED_AS = {
    "pcs": "p/st",
    "pr": "pa",
    "ct": "c/k",
    "cell": "ce/el",
    "lpa": "l alc. 100%",
    "asv": "% vol",
    "sucrose_percent": "% sucrose",
    "pf_l": "pf. liter",
    "clean_kg": "clean kg",
    "doz_pr": "doz. prs.",
    "gross_line": "line/gross",
}

#: What is weighed beside the unit: Pb kg, kg P2O5, kg amc.
SUBSTANCES = {
    "ag": "silver",
    "au": "gold",
    "co": "cobalt",
    "cr": "chromium",
    "cu": "copper",
    "ir": "iridium",
    "mg": "magnesium",
    "mn": "manganese",
    "mo": "molybdenum",
    "ni": "nickel",
    "os": "osmium",
    "pb": "lead",
    "pd": "palladium",
    "pt": "platinum",
    "rh": "rhodium",
    "ru": "ruthenium",
    "sb": "antimony",
    "si": "silicon",
    "sn": "tin",
    "u": "uranium",
    "v": "vanadium",
    "w": "tungsten",
    "zn": "zinc",
    "n": "nitrogen",
    "nh3": "ammonia",
    "naoh": "sodium hydroxide",
    "koh": "potassium hydroxide",
    "k2o": "potassium oxide",
    "p2o5": "phosphorus pentoxide",
    "h2o2": "hydrogen peroxide",
    "cr2o3": "chromic oxide",
    "v2o5": "vanadium pentoxide",
    "c5h14clno": "choline chloride",
    "amc": "anhydrous morphine",
    "msc": "milk solids",
    "cmsc": "cow's milk solids",
    "ttl sug": "total sugars",
}
