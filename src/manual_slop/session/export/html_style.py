"""How an exported page looks, in light and in dark."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ink:#1d2127;--soft:#667080;--paper:#fbfbf9;--card:#fff;--line:#e3e5e8;
--accent:#2f6f8f;--tint:#eef4f7;--bad:#b3261e;--code:#f4f5f6}
@media(prefers-color-scheme:dark){:root{--ink:#e3e6ea;--soft:#98a2b0;--paper:#15181c;--card:#1c2026;--line:#2d333b;
--accent:#7fb8d4;--tint:#1d2a32;--bad:#ff8a80;--code:#12151a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main,footer{max-width:50rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
article{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1.15rem;margin:1.1rem 0}
article.prompt{background:var(--tint);border-left:4px solid var(--accent)}
h2{font-size:.82rem;font-weight:600;color:var(--soft);margin:0 0 .5rem;display:flex;gap:.6rem;align-items:baseline}
h2 time{margin-left:auto;font-weight:400;white-space:nowrap}
.number{color:var(--accent);text-decoration:none;font-variant-numeric:tabular-nums}
.plain{white-space:pre-wrap;overflow-wrap:anywhere}
.words{overflow-wrap:anywhere}.words>:first-child{margin-top:0}.words>:last-child{margin-bottom:0}
.words h1,.words h2,.words h3{font-size:1.05rem;color:var(--ink);display:block;margin:1.1rem 0 .4rem}
.words table{border-collapse:collapse;display:block;overflow-x:auto}
.words td,.words th{border:1px solid var(--line);padding:.3rem .6rem}
.words blockquote{margin:0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}
pre,code{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--code);border-radius:.4rem;padding:.7rem .9rem;margin:.6rem 0;overflow:auto;max-height:28rem;
white-space:pre-wrap;overflow-wrap:anywhere}
:not(pre)>code{background:var(--code);padding:.1em .35em;border-radius:.25rem}
details.tool{margin:.5rem 0;padding-left:.25rem}summary{cursor:pointer;color:var(--soft);overflow-wrap:anywhere}
details.tool>summary{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--accent)}
details.failed>summary,.error{color:var(--bad)}
.thoughts{margin-bottom:.6rem;font-size:.9rem}
.setting,.note,.bill,footer{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.bill{margin:.7rem 0 0;padding-top:.45rem;border-top:1px solid var(--line);font-variant-numeric:tabular-nums}
.error{font-weight:600}img{max-width:100%;height:auto;border-radius:.4rem;margin:.2rem 0 .6rem;display:block}
a{color:var(--accent)}footer{padding-top:1rem;padding-bottom:3rem;border-top:1px solid var(--line);margin-top:2rem}
@media print{pre{max-height:none}article{break-inside:avoid}}
"""
