"""Names of columns in tariffs that people keep in spreadsheets.

English, French, German, Portuguese and Spanish, in small letters without signs and
figures.
"""

COLUMNS = {
    "code": (
        *("code", "codes", "commodity code", "commodity", "goods code", "hs code"),
        *("hs", "hscode", "hs no", "tariff code", "tariff item", "tariff line"),
        *("tariff heading", "tariff no", "tariff number", "tariff item no"),
        *("hs tariff code", "heading", "heading no", "ct code", "item code"),
        *("hs heading", "classification", "commodity no", "cet code", "ncm"),
        *("sh", "code sh", "code hs", "position", "position tarifaire"),
        *("code tarifaire", "code douanier", "nomenclature", "numéro tarifaire"),
        *("warennummer", "zolltarifnummer", "hs nummer", "codenummer", "tarifnummer"),
        *("código", "codigo", "código sh", "codigo sh", "código arancelario"),
        *("codigo arancelario", "fracción arancelaria", "fraccion arancelaria"),
        *("partida", "partida arancelaria", "subpartida", "posición arancelaria"),
        *("posicion arancelaria", "código ncm", "codigo ncm", "código pautal"),
        *("codigo pautal", "posição pautal", "posicao pautal", "nandina"),
    ),
    "description": (
        *("description", "goods", "description of goods", "goods description"),
        *("commodity description", "article", "article description", "designation"),
        *("désignation", "désignation des marchandises", "libellé", "libelle"),
        *("designation des marchandises", "description des marchandises"),
        *("bezeichnung", "warenbezeichnung", "beschreibung"),
        *("descripción", "descripcion", "mercancía", "mercancia"),
        *("descripción de la mercancía", "descripcion de la mercancia"),
        *("descrição", "descricao", "designação", "designacao"),
        *("designação das mercadorias", "designacao das mercadorias"),
    ),
    "rate": (
        *("rate", "rates", "duty", "duty rate", "rate of duty", "import duty"),
        *("rate text", "customs duty", "general rate", "general duty", "mfn"),
        *("mfn rate", "mfn duty", "mfn duty rate", "import duty rate", "duties"),
        *("third country duty", "id rate", "general rate of duty", "tariff rate"),
        *("cid", "cet rate", "id", "duty expression", "applied rate"),
        *("taux", "droit", "droits", "droit de douane", "droits de douane"),
        *("taux de droit", "taux des droits", "taux du droit de douane", "dd"),
        *("zollsatz", "satz", "zoll", "drittlandszollsatz", "abgabensatz"),
        *("tasa", "tipo", "derecho", "derechos", "derecho de importación"),
        *("derecho de importacion", "ad valorem", "gravamen", "dai", "tasa dai"),
        *("arancel ad valorem", "derecho arancelario", "advalorem"),
        *("taxa", "direito", "direitos", "alíquota", "aliquota", "imposto"),
        *("direitos de importação", "direitos de importacao", "taxa de direitos"),
        *("imposto de importação", "imposto de importacao", "ii"),
    ),
    "unit": (
        *("unit", "units", "uom", "unit of quantity", "unit of measure", "stat unit"),
        *("statistical unit", "supplementary unit", "unit of qty", "quantity unit"),
        *("unit of measurement", "su", "unité", "unite", "unités", "us"),
        *("unité de quantité", "unité statistique", "unité supplémentaire"),
        *("einheit", "maßeinheit", "mengeneinheit", "besondere maßeinheit"),
        *("unidad", "unidad de medida", "unidad estadística", "um"),
        *("unidade", "unidade de medida", "unidade estatística"),
    ),
    "valid_from": (
        *("valid from", "from", "start date", "validity start date", "start"),
        *("effective date", "effective from", "date from", "in force from"),
        *("begin date", "du", "date de début", "date début", "valable du"),
        *("valide du", "à partir du", "date d entrée en vigueur", "gültig ab"),
        *("von", "gültig von", "beginn", "desde", "fecha desde", "fecha inicio"),
        *("vigente desde", "válido desde", "valido desde", "fecha de inicio"),
        *("data de início", "data início", "em vigor desde", "de"),
    ),
    "valid_to": (
        *("valid to", "to", "until", "valid until", "end date", "validity end date"),
        *("end", "expiry date", "effective to", "date to", "expires", "valid till"),
        *("au", "date de fin", "date fin", "valable jusqu au", "jusqu au"),
        *("valide au", "gültig bis", "bis", "ende", "hasta", "fecha hasta"),
        *("fecha fin", "fecha de fin", "vigente hasta", "válido hasta"),
        *("valido hasta", "até", "ate", "data de fim", "data fim", "válido até"),
    ),
}

#: Names that stand for the code in some tariffs and for the rate in others.
AMBIGUOUS = ("tariff", "tarif", "arancel", "pauta", "tarifa")
