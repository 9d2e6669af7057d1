"""The words that name a number, by what they name: lower case, parted by spaces, ``_`` a space."""

from __future__ import annotations

LOWERING = "serial"
"""The label of words that make a number an order number, a time or a code."""

LABELS: dict[str, str] = {
    LOWERING: (
        "订单 訂單 单号 單號 编号 編號 流水 快递 快遞 运单 物流 货号 序列 版本 时间戳 条码 批号"
        " 商品 工单 票号 追踪 哈希 校验和 order serial sku timestamp tracking invoice batch"
        " barcode isbn"
        " version trace commit hash id uid ts seq time uuid pid ean nonce offset checksum epoch"
    ),
    "phone": (
        "手机 手機 电话 電話 联系 聯系 聯繫 联络 聯絡 拨打 撥打 致电 来电 短信 短訊 微信 号码是"
        " 热线 座机 座機 固话 传真 傳真 tel phone mobile cell call whatsapp wechat contact"
        " sms reach fax my_number_is my_number's number_changed new_number my_number"
        " landline telefon teléfono téléphone 전화 휴대폰 携帯 celular telemóvel móvil handy mob"
        " puh fono gsm cep telefono telefone cellulare тел моб هاتف جوال الجوال נייד טלפון"
    ),
    "home_phone": "家庭电话 家里电话 住宅电话 家中电话 宅电 home_phone home_number",
    "card": (
        "银行 銀行 储蓄 借记 信用卡 卡号 卡號 账号 賬號 帐号 账户 賬戶 打款 汇款 转账 收款 刷卡"
        " card cards visa master unionpay amex american_express diners jcb account bank banking pay"
        " payment debit credit iban"
    ),
    "identity": (
        "身份证 身份證 证件 證件 identity id_card idcard id_no id_number 身份号码 公民身份"
    ),
    "travel": "护照 護照 证件 證件 通行证 通行證 回乡证 台胞证 passport travel_doc travel_permit",
    "passport": "护照 護照 passport 旅券 여권 passeport reisepass pasaporte паспорт",
    "permit": (
        "通行证 通行證 回乡证 回鄉證 台胞证 台胞證 travel_permit home_return_permit 入台证 签注"
    ),
    "hk_id": "香港身份证 香港身份證 hkid hong_kong_id hong_kong_identity 身份证 身份證 identity",
    "macau_id": "澳门 澳門 macau macao bir",
    "tw_id": "台湾 台灣 身分證 身分证 taiwan 统一编号 統一編號 身份证 身份證",
    "residence": "永久居留 居留证 居留證 residence_permit permanent_resident",
    "driving": (
        "驾驶证 駕駛證 驾照 駕照 档案编号 行驶证 driving_licence driver_licence driver's_license"
        " driver_license driving_license"
    ),
    "plate": (
        "车牌 車牌 licence_plate license_plate number_plate plate_number plate_no"
        " registration_plate"
    ),
    "social": "社保 社會保險 社会保障 社会保险 医保 公积金 参保 social_insurance 保险号 养老",
    "military": "军官证 士兵证 军人证 軍官證 士兵證 文职证 文职干部 警官证 军人保障卡 义务兵证",
    "bank_account": (
        "银行账号 银行帐号 银行賬號 银行账户 银行帐户 銀行賬戶 对公账户 对公帐户 对公账号 收款账号"
        " 收款帐号 收款账户 汇款账号 打款账号 开户账号 开户帐号 开户行 开户银行 account_number"
        " 开户名 收款户名 户名"
        " account_no account_num acct_no acct_number acct_num bank_account a/c_no kontonummer"
    ),
    "medical": (
        "病历号 病历编号 病案号 住院号 门诊号 就诊号 就诊卡 诊疗卡 病人id 患者id 患者编号 病歷號"
        " medical_record mrn patient_id patient_no patient_number hospital_number chart_number"
    ),
    "ssn": "ssn social_security social_sec ss# 社会安全号 社会安全号码 社安号",
    "imei": "imei meid 设备识别码 手机串号 串号 移动设备识别",
    "imsi": "imsi 国际移动用户 用户识别码",
    "iccid": "iccid sim卡号 sim_card",
    "device": "设备id 设备号 设备标识 device_id deviceid idfa oaid gaid android_id androidid idfv",
    "place": (
        "坐标 座標 经纬度 經緯度 经度 纬度 經度 緯度 定位 位置 latitude longitude lat lng lon gps"
        " coordinates coordinate geo location"
    ),
    "my_place": "我的位置 我的坐标 当前位置 实时位置 我的定位 家的坐标 my_location"
    " current_location i'm_at",
    "address": (
        "ip 地址 客户端 客户 登录 访问 来源 主机 来自 client remote host peer addr address from"
        " x-forwarded-for source login visitor"
    ),
    "release": "version 版本 ver release 升级 section chapter 第 章节 firmware 固件 v",
    "qq": "qq qq号 扣扣 企鹅号 q号",
    "child": (
        "孩子 儿子 女儿 小孩 宝宝 幼儿 小学生 侄子 侄女 外甥 孙子 孙女 未成年 我今年 年龄 兒子 女兒"
        " my_son my_daughter my_child my_kid my_grandson my_granddaughter i_am i'm son_is"
        " daughter_is"
    ),
    "income": (
        "工资 月薪 年薪 月收入 年收入 账户余额 卡里余额 银行存款 存款余额 公积金余额 征信分 salary"
        " annual_income account_balance bank_balance net_worth"
    ),
    "eu_vat": (
        "vat_number vat_no vat_id vat_reg vat ust-idnr ust-id ustid umsatzsteuer partita_iva p.iva"
        " tva btw moms"
    ),
    # -- national identification numbers, by the country's own words
    "ca_sin": "social_insurance_number sin",
    "gb_nino": "national_insurance nino ni_number ni_no",
    "gb_nhs": "nhs",
    "de_idnr": "steuer-id steuer-identifikationsnummer steueridentifikationsnummer idnr steuer_id",
    "fr_nir": "sécurité_sociale securite_sociale nir insee numéro_de_sécu numéro_secu",
    "es_dni": "dni nie nif documento_nacional",
    "it_cf": "codice_fiscale codicefiscale c.f.",
    "pt_nif": "nif contribuinte",
    "nl_bsn": "bsn burgerservicenummer sofinummer",
    "be_nn": "rijksregisternummer registre_national numéro_national nationaal_nummer",
    "pl_pesel": "pesel",
    "se_pnr": "personnummer samordningsnummer",
    "fi_hetu": "henkilötunnus hetu",
    "dk_cpr": "cpr cpr-nummer personnummer",
    "no_fnr": "fødselsnummer personnummer fodselsnummer fødselsnr",
    "cz_rc": "rodné_číslo rodne_cislo",
    "tr_kimlik": "kimlik tc_kimlik t.c.",
    "ru_inn": "инн",
    "in_aadhaar": "aadhaar aadhar uidai आधार",
    "in_pan": "pan pan_card permanent_account",
    "br_cpf": "cpf cadastro_de_pessoas",
    "mx_curp": "curp",
    "jp_my": "マイナンバー 個人番号 my_number",
    "kr_rrn": "주민등록번호 주민번호 resident_registration 外国人登録",
    "sg_nric": "nric fin 身份证 identity",
    "my_nric": "mykad nric kad_pengenalan",
    "th_pin": "บัตรประชาชน เลขประจำตัว thai_id",
    "za_id": "south_african_id sa_id identity_number id_number",
    "il_id": "teudat_zehut תעודת_זהות ת.ז",
    "au_tfn": "tfn tax_file",
    "ch_ahv": "ahv avs ahv-nr ahvn13",
    "cl_rut": "rut r.u.t.",
    "ie_pps": "pps ppsn",
}
"""Label -> words. A word of at most four Latin letters counts only where no letter stands beside
it."""
