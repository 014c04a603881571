-- Five indicators of type 2 diabetes by practice at $day, written by hand for DuckDB: each source table is read once.
--
-- $day is the day D; $quarter_ago, $half_year_ago, $year_ago and $two_years_ago the days 3, 6, 12 and 24 months before it.
-- $lake is the folder of the Parquet files and $out the file of the results. Good for D from 2022-01-01.

COPY (
WITH
practice AS (
    SELECT person_id, max({day: "from", provider_number: provider_number}).provider_number AS provider_number
    FROM '$lake/general_practice/affiliation/**/*.parquet'
    WHERE "from" <= $day AND ("to" IS NULL OR "to" >= $day)
    GROUP BY person_id
),
known AS (
    SELECT DISTINCT person_id
    FROM '$lake/general_practice/gp_diagnosis/**/*.parquet'
    WHERE icpc2 LIKE 'T90%' AND date <= $day
),
patient AS (
    SELECT person_id, provider_number
    FROM '$lake/civil/person/**/*.parquet'
    JOIN practice USING (person_id)
    JOIN known USING (person_id)
    WHERE birth_date <= $day AND coalesce(status = 'active' OR status_date > $day, false)
),
contact AS (
    SELECT person_id, provider_number, date, kind
    FROM '$lake/general_practice/gp_contact/**/*.parquet'
    WHERE date > $year_ago AND date <= $day AND (kind = 'annual_review' OR date > $quarter_ago)
),
delivering AS (SELECT DISTINCT provider_number FROM contact WHERE date > $quarter_ago),
reviewed AS (SELECT DISTINCT person_id FROM contact WHERE kind = 'annual_review'),
checks AS (
    SELECT
        person_id,
        bool_or("check" = 'annual_review' AND date > $year_ago) AS reviewed,
        bool_or("check" = 'foot_exam') AS foot,
        bool_or("check" = 'eye_exam') AS eye
    FROM '$lake/general_practice/gp_check/**/*.parquet'
    WHERE date > $two_years_ago AND date <= $day
    GROUP BY person_id
),
specialist AS (
    SELECT person_id, bool_or(specialty = 'podiatrist') AS foot, bool_or(specialty = 'eye') AS eye
    FROM '$lake/health_insurance/specialist_contact/**/*.parquet'
    WHERE date > $two_years_ago AND date <= $day
    GROUP BY person_id
),
pressure AS (
    SELECT person_id, max({day: date, value: value}).value AS systolic
    FROM '$lake/general_practice/gp_measurement/**/*.parquet'
    WHERE code = 'DNK05472' AND unit = 'mmHg' AND date <= $day
    GROUP BY person_id
),
statin AS (
    SELECT DISTINCT person_id, true AS statin
    FROM '$lake/prescriptions/dispensing/**/*.parquet'
    WHERE date > $half_year_ago AND date <= $day
        AND (starts_with(atc, 'C10AA') OR starts_with(atc, 'C10BA') OR starts_with(atc, 'C10BX'))
),
met AS (
    SELECT
        provider_number,
        reviewed.person_id IS NOT NULL OR coalesce(checks.reviewed, false) AS annual_review,
        coalesce(checks.foot, false) OR coalesce(specialist.foot, false) AS foot_exam,
        coalesce(checks.eye, false) OR coalesce(specialist.eye, false) AS eye_exam,
        coalesce(systolic < 130, false) AS systolic,
        statin IS NOT NULL AS statin
    FROM patient
    SEMI JOIN delivering USING (provider_number)
    LEFT JOIN reviewed USING (person_id)
    LEFT JOIN checks USING (person_id)
    LEFT JOIN specialist USING (person_id)
    LEFT JOIN pressure USING (person_id)
    LEFT JOIN statin USING (person_id)
),
each_indicator AS (
    UNPIVOT met ON annual_review, foot_exam, eye_exam, systolic, statin INTO NAME indicator VALUE is_met
)
SELECT provider_number AS unit, indicator, count(*) AS persons, count(*) FILTER (is_met) AS met
FROM each_indicator
GROUP BY ALL
ORDER BY ALL
) TO '$out' (FORMAT parquet);
