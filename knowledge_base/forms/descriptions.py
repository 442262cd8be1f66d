"""The four forms (附件5 to 8), column by column; the empty form, the reader, the export and the documents take them
from here. The columns are this project's, modelled on public forms; the notice names the forms only."""

from knowledge_base.authorisations import Form as SpokenForm
from knowledge_base.authorisations import Scope
from knowledge_base.forms.columns import Column, Form, Kind

SPOKEN_FORMS = {"全文": SpokenForm.FULL, "摘要": SpokenForm.SUMMARY, "仅部门名称和电话": SpokenForm.CONTACT}
SCOPES = {"整个部门": Scope.DEPARTMENT, "部分类别": Scope.CATEGORIES, "部分许可事项": Scope.LICENCES,
          "部分条目": Scope.ENTRIES}  # fmt: skip
_DAY = "写成 2026-01-31，或 2026年1月31日"
_ITEMS = "多项用分号（；）隔开，或在格内换行（Alt+Enter）"
_PHONE = "区号加号码，如 0877-2012345；本列为文本格式，开头的0不会丢失"


def _department(title: str = "部门", remark: str = "部门全称或简称；联络员可留空，即为本部门") -> Column:
    return Column("department", title, "玉溪市民政局", Kind.CHOICE, 100, options="departments", remark=remark, width=24)


def _phone(key: str, title: str, example: str = "0877-2012345", *, required: bool = False) -> Column:
    return Column(key, title, example, Kind.PHONE, 30, required=required, remark=_PHONE, width=16)


FAQ = Form(
    "5",
    "常见问题",
    "附件5常见问题",
    "question",
    "部门希望热线代为解答的问题和答复。导入后均为草稿，须经分管领导核对和保密审查才会发布。",
    (
        _department(),
        Column(
            "question",
            "问题",
            "结婚登记要带什么材料？",
            Kind.TEXT,
            128,
            required=True,
            width=36,
            remark="群众的问法，同一部门内不重复；系统按部门和问题判断是新增还是修改",
        ),
        Column(
            "phrasings", "其他问法", "领结婚证带哪样\n结婚证咋个办", Kind.LIST, 128, most=30, width=30, remark=_ITEMS
        ),
        Column(
            "answer",
            "供阅读的答复",
            "双方带身份证、户口簿和三张两寸合照，到任一方户籍地婚姻登记处办理，当场领证。",
            Kind.LONG,
            4000,
            required=True,
            width=50,
            remark="网站和接线员看到的完整答复",
        ),
        Column(
            "spoken",
            "供播报的答复",
            "两个人一起带上身份证、户口簿和合照，到婚姻登记处办，当场就能领证。",
            Kind.LONG,
            300,
            required=True,
            width=50,
            remark="机器念给来电人听的口语答复，一分钟以内",
        ),
        Column(
            "summary",
            "播报摘要",
            "带身份证、户口簿、合照到婚姻登记处当场办理。",
            Kind.TEXT,
            120,
            width=30,
            remark="授权方式为“摘要”时播报；不填则只告知部门名称和电话",
        ),
        Column(
            "category",
            "类别",
            "婚姻/结婚登记",
            Kind.CHOICE,
            80,
            required=True,
            options="categories",
            width=20,
            remark="从下拉列表选最末一级类别",
        ),
        Column("keywords", "关键词", "结婚；登记；婚姻", Kind.LIST, 20, most=20, width=22, remark=_ITEMS),
        Column("legal_basis", "依据", "《婚姻登记条例》", Kind.TEXT, 200, width=28, remark="法规或文件名称，可带条款"),
        Column("section", "经办科室", "婚姻登记处", Kind.TEXT, 60, width=16),
        _phone("phone", "科室电话"),
        Column("valid_from", "生效日期", "2026-01-01", Kind.DATE, required=True, remark=_DAY, width=13),
        Column("valid_to", "失效日期", "2027-12-31", Kind.DATE, remark=_DAY + "；长期有效则不填", width=13),
        Column(
            "remark",
            "备注",
            "2026年起不再要求照片背书",
            Kind.LONG,
            500,
            width=26,
            remark="为何新增或修改，供审核人参考；不填则不变", keeps=True,
        ),
    ),
)

LICENCES = Form(
    "6",
    "行政许可事项",
    "附件6许可事项",
    "name",
    "部门办理的行政许可和公共服务事项。导入后为草稿，审核通过后群众才能看到。",
    (
        _department(),
        Column("name", "事项名称", "食品经营许可", Kind.TEXT, 120, required=True, width=28, remark="同一部门内不重复"),
        Column("legal_basis", "依据", "《食品安全法》第三十五条", Kind.LONG, 500, required=True, width=30),
        Column("quota", "数量限制", "无", Kind.TEXT, 120, width=14, remark="没有限制写“无”"),
        Column(
            "conditions",
            "条件",
            "有与经营品种相适应的场所和设备；有食品安全管理人员。",
            Kind.LONG,
            4000,
            required=True,
            width=40,
        ),
        Column("procedure", "程序", "网上申请—受理—现场核查—决定—发证", Kind.LONG, 4000, width=40),
        Column("statutory_limit", "法定时限", "20个工作日", Kind.TEXT, 60, width=14),
        Column("promised_limit", "承诺时限", "10个工作日", Kind.TEXT, 60, width=14),
        Column(
            "materials",
            "申请材料",
            "申请书\n营业执照\n经营场所平面图",
            Kind.LIST,
            300,
            most=60,
            required=True,
            width=34,
            remark=_ITEMS,
        ),
        Column("fee", "收费", "不收费", Kind.TEXT, 120, width=14),
        Column("fee_basis", "收费依据", "", Kind.TEXT, 300, width=20),
        Column("office", "受理机构", "市政务服务中心市场监管窗口", Kind.TEXT, 120, required=True, width=24),
        Column("address", "受理地址", "玉溪市红塔区示范路1号（演示地址）", Kind.TEXT, 200, width=28),
        Column("hours", "受理时间", "工作日 08:30-12:00，14:30-18:00", Kind.TEXT, 120, width=24),
        _phone("phone", "咨询电话", required=True),
        _phone("supervision_phone", "监督电话"),
        Column(
            "downloads",
            "表格下载",
            "https://www.example.gov.cn/sqb.docx",
            Kind.LIST,
            300,
            most=20,
            width=30,
            remark="表格的网址；" + _ITEMS,
        ),
    ),
)

BASE = Form(
    "7",
    "部门基础信息",
    "附件7部门基础信息",
    "department",
    "部门的名称、地址、电话、办公时间和内设机构，一个部门一行。随时可以告知来电人，导入后立即生效，请仔细核对；主要职责、内设机构和交通指引经分管领导或保密审查人审定后公开。",
    (
        Column(
            "department",
            "部门全称",
            "玉溪市民政局",
            Kind.CHOICE,
            100,
            required=True,
            options="departments",
            width=26,
            remark="已登记的部门；新设、更名、撤并的部门由主管部门办理",
        ),
        Column("code", "按键代码", "106", width=9, given=False, remark="由系统填写，不读取"),
        Column("short_name", "简称", "民政局", Kind.TEXT, 40, required=True, width=14),
        Column(
            "aliases",
            "别称",
            "市民政局；婚姻登记处",
            Kind.LIST,
            40,
            most=30,
            width=24,
            remark="群众常用的叫法和旧名称；" + _ITEMS,
        ),
        Column("address", "地址", "玉溪市红塔区示范西路9号（演示地址）", Kind.TEXT, 200, required=True, width=32),
        Column("post_code", "邮政编码", "653100", Kind.TEXT, 6, width=10),
        Column(
            "summer_hours",
            "办公时间（夏季或全年）",
            "周一至周五 08:30-12:00，14:30-18:00",
            Kind.HOURS,
            300,
            required=True,
            width=34,
            remark="写成 周一至周五 08:30-12:00，14:30-18:00；不同的日子换行写",
        ),
        Column("winter_hours", "办公时间（冬季）", "", Kind.HOURS, 300, width=34, remark="与夏季相同则不填"),
        _phone("phone", "接待电话", required=True),
        _phone("supervision_phone", "监督电话"),
        Column(
            "transfer_numbers",
            "转接电话",
            "0877-9606001；0877-9606011",
            Kind.PHONES,
            30,
            most=10,
            width=24,
            remark="热线依次拨打的号码；" + _ITEMS,
        ),
        _phone("duty_phone", "24小时值班电话"),
        _phone("fax", "传真"),
        Column("email", "电子邮箱", "mzj@example.gov.cn", Kind.TEXT, 100, width=22),
        Column("web_site", "网站", "https://www.example.gov.cn/mzj", Kind.TEXT, 200, width=26),
        Column("leader", "分管领导", "陆建忠（副局长）", Kind.TEXT, 60, width=18),
        Column("duties", "主要职责", "负责社会救助、婚姻登记、养老服务和殡葬管理。", Kind.LONG, 1000, width=44),
        Column(
            "sections",
            "内设机构",
            "婚姻登记处｜0877-9606011｜结婚、离婚登记\n社会救助科｜0877-9606012｜低保、临时救助",
            Kind.SECTIONS,
            400,
            most=60,
            width=44,
            remark="每行一个：名称｜电话｜职责（电话、职责可不填）",
        ),
        Column("way_there", "交通指引", "公交2路市民政局站", Kind.LONG, 300, width=26),
        Column(
            "update_every_months",
            "更新周期（月）",
            "3",
            Kind.NUMBER,
            12,
            width=12,
            remark="1至12；只有主管部门可以修改；不填则不变",
            keeps=True,
        ),
        Column(
            "confirmed_on", "更新日期", "2026-01-31", Kind.DATE, width=13, keeps=True,
            remark="信息核对的日期，不晚于今天；不填则为导入当天",
        ),
        Column("next_update", "下次更新日期", "2026-04-30", width=13, given=False, remark="由系统填写，不读取"),
    ),
)

AUTHORISATIONS = Form(
    "8",
    "授权书",
    "附件8授权书",
    "document",
    "部门授权热线代为解答的范围、方式和期限。导入后尚未生效，须由分管领导在系统中签署。",
    (
        _department(),
        Column(
            "document",
            "文号",
            "玉民授〔2026〕1号",
            Kind.TEXT,
            60,
            required=True,
            width=22,
            remark="同一文号内容有变，导入后成为新的一版",
        ),
        Column("version", "版本", "1", width=8, given=False, remark="由系统填写，不读取"),
        Column("signer", "签发人", "陆建忠（副局长）", Kind.TEXT, 60, required=True, width=18),
        Column("form", "授权方式", "全文", Kind.CHOICE, required=True, choices=SPOKEN_FORMS, width=18),
        Column(
            "scope",
            "授权范围",
            "部分类别",
            Kind.CHOICE,
            required=True,
            choices=SCOPES,
            width=16,
            remark="选“部分…”时，填写右边对应的一列",
        ),
        Column(
            "categories",
            "类别",
            "婚姻；社会救助",
            Kind.LIST,
            80,
            most=100,
            width=26,
            remark="范围为“部分类别”时填写；" + _ITEMS,
        ),
        Column(
            "licences",
            "许可事项",
            "",
            Kind.LIST,
            120,
            most=200,
            width=26,
            remark="范围为“部分许可事项”时填写事项名称；" + _ITEMS,
        ),
        Column(
            "entries", "条目", "", Kind.LIST, 128, most=500, width=34, remark="范围为“部分条目”时填写问题原文，每行一个"
        ),
        Column("exclusions", "除外的条目", "", Kind.LIST, 128, most=500, width=34, remark="不授权的问题原文，每行一个"),
        Column("excluded_categories", "除外的类别", "", Kind.LIST, 80, most=100, width=22, remark=_ITEMS),
        Column("valid_from", "生效日期", "2026-01-01", Kind.DATE, required=True, remark=_DAY, width=13),
        Column("valid_to", "失效日期", "2026-12-31", Kind.DATE, required=True, remark=_DAY, width=13),
        Column("remark", "备注", "", Kind.LONG, 300, width=26),
    ),
)

FORMS = {form.annex: form for form in (FAQ, LICENCES, BASE, AUTHORISATIONS)}
