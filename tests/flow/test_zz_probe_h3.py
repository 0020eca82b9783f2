import time
from common import CustomsCase
CH=[("us","us"),("es_canary_pymes","es")]
class TestProbe(CustomsCase):
    def test_probe(self):
        cls=type(self)
        print(sorted(self.env['account.chart.template']._get_chart_template_mapping()))
        for chart,country in CH:
            t=time.time()
            c=self.env.ref("base."+country)
            comp=self.env["res.company"].create({"name":chart,"country_id":c.id,"currency_id":c.currency_id.id})
            self.env.user.company_ids+=comp
            cls._use_chart_template(comp,chart)
            t2=time.time()
            comp.action_create_customs_setup()
            print("=====",chart,round(t2-t,1),round(time.time()-t2,2), comp.chart_template, comp.currency_id.name)
            for n,f in comp._fields.items():
                if n.startswith("customs_") and f.type in ("many2one","many2many"):
                    for r in comp.with_company(comp)[n]:
                        print("  ",n, getattr(r,'code','') , r.name, getattr(r,'account_type',''), getattr(r,'amount',''), getattr(r,'active',''))
                        if r._name=="account.tax":
                            for l in r.invoice_repartition_line_ids|r.refund_repartition_line_ids:
                                print("      ",l.document_type,l.repartition_type,l.factor_percent,l.account_id.with_company(comp).code,l.tag_ids.mapped("name"))
