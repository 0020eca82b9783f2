import sys; sys.path.insert(0,'/work/main/tests'); sys.path.insert(0,'/work/main/tests/flow')
from collections import Counter
import re
import test_query_counts as tq
from odoo.sql_db import Cursor
class TestRefQ(tq.CustomsCase):
    setUpClass = classmethod(lambda cls: tq.TestQueryCounts.setUpClass.__func__(cls))
    _import_once = classmethod(tq.TestQueryCounts._import_once.__func__)
    files = tq.TestQueryCounts.files
    def test_it(self):
        out=[]
        for step in ('action_calculate','action_post_assessment','action_create_invoices'):
            counts=[]
            for n,start in ((2,1000),(12,2000)):
                fs=self.files(n,start+100*len(out))
                if step!='action_calculate' and step!='action_post_assessment':
                    fs.action_post_assessment()
                self.env.flush_all(); self.env.invalidate_all()
                log=Counter(); orig=Cursor.execute
                def ex(cur, query, params=None, log_exceptions=True):
                    q=query.code if hasattr(query,'code') else str(query)
                    q=re.sub(r'\s+',' ',q)
                    m=re.search(r'(SELECT|UPDATE|INSERT INTO|DELETE).{0,4000}?(FROM|UPDATE|INTO)? ?"?(\w+)"?',q)
                    t=re.search(r'(?:FROM|UPDATE|INTO) "?(\w+)"?',q)
                    log[q.split(' ')[0]+' '+(t.group(1) if t else '?')]+=1
                    return orig(cur, query, params, log_exceptions)
                Cursor.execute=ex
                try:
                    getattr(fs, step)(); self.env.flush_all()
                finally:
                    Cursor.execute=orig
                counts.append(log)
            out.append(step)
            diff={k:(counts[0][k],counts[1][k]) for k in counts[1] if counts[1][k]>counts[0][k]}
            print(step,sum(counts[0].values()),sum(counts[1].values()),diff,file=sys.__stderr__)
            open('/tmp/w/refq.txt','a').write(f'{step} {sum(counts[0].values())} {sum(counts[1].values())} {diff}\n')
