"""The counties of the city, by the code that their departments and offices carry."""

NAMES = {
    "530402": "红塔区", "530403": "江川区", "530423": "通海县", "530424": "华宁县", "530425": "易门县",
    "530426": "峨山彝族自治县", "530427": "新平彝族傣族自治县", "530428": "元江哈尼族彝族傣族自治县",
    "530481": "澄江市",
}  # fmt: skip
