import re, sys
from collections import Counter
sys.path.insert(0,'/work/main/tests/flow')
import test_posting_queries as m
from odoo.sql_db import Cursor
class TestZ(m.PostingCase):
    _assessed = m.TestPostingQueries._assessed
    def test_it(self):
        import odoo.sql_db
        files=[self._assessed('own',n) for n in (2,3,3,60,3,60)]
        out=[]
        for f in files:
            self.env.flush_all(); self.env.invalidate_all()
            len(f.line_ids); self.env.flush_all(); self.env.invalidate_all(); log=[]
            orig=Cursor.execute
            def ex(cr,q,p=None,log_exceptions=True):
                s=q.code if hasattr(q,'code') else str(q)
                log.append(re.sub(r'(%s, )+%s','%s..',s)[:200])
                return orig(cr,q,p,log_exceptions)
            Cursor.execute=ex
            try:
                f.action_post_assessment(); self.env.flush_all()
            finally: Cursor.execute=orig
            out.append(log)
        a,b=(Counter(x) for x in out[-2:])
        print([len(x) for x in out])
        for q,n in (b-a).items(): print('+',n,q)
        for q,n in (a-b).items(): print('-',n,q)
