"""附件6, licence items, column by column."""

from hotline.directory.counties import CITY, SEAT
from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.usual_columns import ITEMS, department, phone

LICENCES = Form(
    "6",
    "行政许可事项",
    "附件6许可事项",
    "name",
    "部门办理的行政许可和公共服务事项。导入后为草稿，审核通过后群众才能看到。",
    (
        department(),
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
            remark=ITEMS,
        ),
        Column("fee", "收费", "不收费", Kind.TEXT, 120, width=14),
        Column("fee_basis", "收费依据", "", Kind.TEXT, 300, width=20),
        Column("office", "受理机构", "市政务服务中心市场监管窗口", Kind.TEXT, 120, required=True, width=24),
        Column("address", "受理地址", f"{CITY}{SEAT}示范路1号（演示地址）", Kind.TEXT, 200, width=28),
        Column("hours", "受理时间", "工作日 08:30-12:00，14:30-18:00", Kind.TEXT, 120, width=24),
        phone("phone", "咨询电话", required=True),
        phone("supervision_phone", "监督电话"),
        Column(
            "downloads",
            "表格下载",
            "https://www.example.gov.cn/sqb.docx",
            Kind.LIST,
            300,
            most=20,
            width=30,
            remark="表格的网址；" + ITEMS,
        ),
    ),
)
