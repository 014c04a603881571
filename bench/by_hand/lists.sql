-- Both lists of the Odense programme at $day, written by hand for DuckDB: each source table is read once.
--
-- $day is the day D, $half_year_ago, $year_ago and $two_years_ago the days 6, 12 and 24 months before it, and $day_after
-- the day after it. $lake is the folder of the Parquet files and $out the folder of the lists. Good for D from 2015-10-01,
-- when the older medical patient became 65+ and cash benefits began to count as unemployment.

CREATE TEMP TABLE measured AS
WITH
practice AS (
    SELECT person_id, max({day: "from", provider_number: provider_number}).provider_number AS provider_number
    FROM '$lake/general_practice/affiliation/**/*.parquet'
    WHERE "from" <= $day AND ("to" IS NULL OR "to" >= $day)
    GROUP BY person_id
),
people AS (
    SELECT
        person_id, provider_number, sex, municipality,
        date_sub('year', birth_date, $day) AS age,
        coalesce(status = 'active' OR status_date > $day, false) AS active
    FROM '$lake/civil/person/**/*.parquet'
    JOIN practice USING (person_id)
    WHERE age >= 18
),
household AS (
    SELECT person_id, living, living_since, preschool_children
    FROM '$lake/civil/household/**/*.parquet'
    WHERE living_since IS NULL OR living_since <= $day
),
gp_contact AS (
    SELECT
        person_id,
        count(*) AS gp_contacts_two_years,
        count(*) FILTER (date > $half_year_ago) AS gp_contacts_half_year
    FROM '$lake/general_practice/gp_contact/**/*.parquet'
    WHERE date > $two_years_ago AND date <= $day
    GROUP BY person_id
),
gp_diagnosis AS (
    SELECT DISTINCT person_id, true AS known_to_gp
    FROM '$lake/general_practice/gp_diagnosis/**/*.parquet'
    WHERE date > $two_years_ago AND date <= $day AND icpc2 IN ('P01', 'P02', 'P03', 'P74', 'P76')
),
specialist_contact AS (
    SELECT
        person_id,
        count(*) FILTER (specialty = 'psychologist' AND referred_by_gp) AS psychologist,
        count(*) FILTER (specialty = 'psychiatrist') AS psychiatrist
    FROM '$lake/health_insurance/specialist_contact/**/*.parquet'
    WHERE date > $year_ago AND date <= $day AND specialty IN ('psychologist', 'psychiatrist')
    GROUP BY person_id
),
drug AS (
    SELECT
        person_id, atc,
        count(*) AS dispensings,
        bool_or(date > $half_year_ago) AS lately
    FROM '$lake/prescriptions/dispensing/**/*.parquet'
    WHERE date > $year_ago AND date <= $day
        AND (date > $half_year_ago OR starts_with(atc, 'N05') OR starts_with(atc, 'N06'))
    GROUP BY person_id, atc
),
dispensing AS (
    SELECT
        person_id,
        sum(dispensings) FILTER (starts_with(atc, 'N05') OR starts_with(atc, 'N06')) AS psychotropics,
        count(*) FILTER (lately) AS drugs,
        count(*) FILTER (lately AND level IN ('yellow', 'orange')) AS risk_drugs
    FROM drug
    LEFT JOIN '$lake/prescriptions/risk_drug/**/*.parquet' USING (atc)
    GROUP BY person_id
),
hospital_contact AS (
    SELECT
        person_id,
        count(*) FILTER (start >= $half_year_ago + 1 AND acute) AS acute_contacts,
        count(*) FILTER (start >= $half_year_ago + 1 AND kind = 'outpatient' AND NOT acute) AS outpatient_contacts,
        bool_or(left(action_diagnosis, 4) BETWEEN 'F20' AND 'F319') AS severe_action_diagnosis
    FROM '$lake/hospital/hospital_contact/**/*.parquet'
    WHERE start < $day_after
        AND (start >= $half_year_ago + 1 OR left(action_diagnosis, 4) BETWEEN 'F20' AND 'F319')
    GROUP BY person_id
),
hospital_diagnosis AS (
    SELECT DISTINCT person_id, true AS severe_diagnosis
    FROM '$lake/hospital/hospital_diagnosis/**/*.parquet'
    WHERE date <= $day AND left(diagnosis, 4) BETWEEN 'F20' AND 'F319'
),
outpatient_course AS (
    SELECT person_id, count(*) AS open_courses
    FROM '$lake/hospital/outpatient_course/**/*.parquet'
    WHERE opened <= $day AND (closed IS NULL OR closed >= $day)
    GROUP BY person_id
),
-- A benefit's last day that is seen at D, and whether it counts as unemployment.
benefit_seen AS (
    SELECT
        person_id, kind, "from",
        least(coalesce("to", $day), $day) AS until,
        "to" IS NULL OR "to" >= $day AS active,
        kind IN (
            'ressourceforloeb', 'midlertidig_arbejdsmarkedsydelse', 'saerlig_uddannelsesydelse', 'kontanthjaelp',
            'uddannelseshjaelp'
        ) AS unemployed
    FROM '$lake/employment/benefit/**/*.parquet'
    WHERE "from" <= $day
),
-- The last day any earlier such spell of the person reached; a spell after a gap begins a new unemployment.
benefit_reached AS (
    SELECT
        *,
        max(until) OVER (
            PARTITION BY person_id, unemployed ORDER BY "from", until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
    FROM benefit_seen
),
benefit AS (
    SELECT
        person_id,
        bool_or(active AND kind IN ('foertidspension', 'efterloen')) AS pension,
        bool_or(active AND kind = 'su') AS su,
        bool_or(active AND kind = 'a_dagpenge') AS a_dagpenge,
        bool_or(active AND kind = 'jobafklaring') AS jobafklaring,
        bool_or(active AND unemployed)
            AND max("from") FILTER (unemployed AND (reached IS NULL OR "from" > reached + 1)) < $two_years_ago
            AS long_unemployed
    FROM benefit_reached
    GROUP BY person_id
),
sick_leave AS (
    SELECT
        person_id,
        bool_or(cause IN ('stress', 'angst', 'depression', 'andre_psykiske')) AS municipal_code,
        count(*) FILTER (days > 14) AS long_sick_leaves,
        max({day: "from", days: days}).days AS last_sick_leave
    FROM (
        SELECT person_id, cause, "from", least(coalesce("to", $day), $day) - "from" + 1 AS days
        FROM '$lake/employment/sick_leave/**/*.parquet'
        WHERE "from" > $two_years_ago AND "from" <= $day
    )
    GROUP BY person_id
),
job AS (
    SELECT DISTINCT person_id, true AS in_job
    FROM '$lake/employment/job/**/*.parquet'
    WHERE "from" <= $day AND ("to" IS NULL OR "to" >= $day)
),
education AS (
    SELECT DISTINCT person_id, true AS in_education
    FROM '$lake/employment/education/**/*.parquet'
    WHERE "from" <= $day AND ("to" IS NULL OR "to" >= $day)
),
substance_case AS (
    SELECT DISTINCT person_id, true AS has_substance_case
    FROM '$lake/municipal_care/substance_case/**/*.parquet'
    WHERE opened <= $day AND (closed IS NULL OR closed >= $day)
),
home_nursing AS (
    SELECT DISTINCT person_id, true AS has_home_nursing
    FROM '$lake/municipal_care/home_nursing/**/*.parquet'
    WHERE "from" <= $day AND ("to" IS NULL OR "to" >= $day)
),
home_care AS (
    SELECT DISTINCT person_id, true AS has_daily_care
    FROM '$lake/municipal_care/home_care/**/*.parquet'
    WHERE "from" <= $day AND ("to" IS NULL OR "to" >= $day) AND frequency IN ('daily', 'more_than_daily')
)
SELECT *
FROM people
LEFT JOIN household USING (person_id)
LEFT JOIN gp_contact USING (person_id)
LEFT JOIN gp_diagnosis USING (person_id)
LEFT JOIN specialist_contact USING (person_id)
LEFT JOIN dispensing USING (person_id)
LEFT JOIN hospital_contact USING (person_id)
LEFT JOIN hospital_diagnosis USING (person_id)
LEFT JOIN outpatient_course USING (person_id)
LEFT JOIN benefit USING (person_id)
LEFT JOIN sick_leave USING (person_id)
LEFT JOIN job USING (person_id)
LEFT JOIN education USING (person_id)
LEFT JOIN substance_case USING (person_id)
LEFT JOIN home_nursing USING (person_id)
LEFT JOIN home_care USING (person_id);

-- Stress, anxiety, depression.
COPY (
    WITH items AS (
        SELECT
            person_id, provider_number, age, sex, municipality,
            concat_ws(
                ';',
                CASE WHEN pension THEN 'pension' END,
                CASE WHEN in_education OR su THEN 'student' END,
                CASE WHEN severe_diagnosis OR severe_action_diagnosis THEN 'severe_psychiatric' END,
                CASE WHEN has_substance_case THEN 'substance_case' END,
                CASE WHEN long_unemployed THEN 'long_unemployed' END,
                CASE WHEN NOT active THEN 'inactive' END
            ) AS excluded_by,
            CASE WHEN known_to_gp THEN 'known_to_gp' WHEN municipal_code THEN 'municipal_code' ELSE 'none_known' END
                AS value_illness,
            CASE WHEN known_to_gp THEN 3 WHEN municipal_code THEN 1 ELSE 0 END AS points_illness,
            coalesce(long_sick_leaves, 0) AS value_repeated_sick_leave,
            CASE WHEN value_repeated_sick_leave > 3 THEN 5 ELSE 0 END AS points_repeated_sick_leave,
            coalesce(last_sick_leave, 0) AS value_last_sick_leave,
            CASE WHEN value_last_sick_leave > 14 THEN 1 ELSE 0 END AS points_last_sick_leave,
            CASE
                WHEN in_job THEN 'in_job' WHEN a_dagpenge THEN 'a_dagpenge' WHEN jobafklaring THEN 'jobafklaring'
                ELSE 'neither'
            END AS value_labour_market,
            CASE WHEN in_job THEN 2 WHEN a_dagpenge THEN 1 ELSE 0 END AS points_labour_market,
            coalesce(psychotropics, 0) AS value_psychotropics,
            CASE WHEN value_psychotropics > 0 THEN 1 ELSE 0 END AS points_psychotropics,
            coalesce(psychologist, 0) AS value_psychologist,
            CASE WHEN value_psychologist > 0 THEN 1 ELSE 0 END AS points_psychologist,
            coalesce(psychiatrist, 0) AS value_psychiatrist,
            0 AS points_psychiatrist,
            coalesce(gp_contacts_two_years, 0) AS value_gp_contacts,
            CASE WHEN value_gp_contacts > 20 THEN 2 WHEN value_gp_contacts >= 15 THEN 1 ELSE 0 END
                AS points_gp_contacts,
            living AS value_living_alone,
            CASE living WHEN 'alone' THEN 1 WHEN 'partner' THEN 0 END AS points_living_alone,
            preschool_children AS value_preschool_children,
            CASE WHEN preschool_children >= 1 THEN 1 WHEN preschool_children = 0 THEN 0 END
                AS points_preschool_children
        FROM measured
        WHERE age <= 65
    )
    SELECT
        *,
        points_illness + points_repeated_sick_leave + points_last_sick_leave + points_labour_market
            + points_psychotropics + points_psychologist + points_psychiatrist + points_gp_contacts
            + coalesce(points_living_alone, 0) + coalesce(points_preschool_children, 0) AS score,
        NULL::VARCHAR AS band,
        score >= 5 AND excluded_by = '' AS in_target,
        points_living_alone IS NULL OR points_preschool_children IS NULL AS incomplete
    FROM items
    ORDER BY provider_number, person_id
) TO '$out/sad.parquet' (FORMAT parquet, COMPRESSION zstd);

-- The older medical patient.
COPY (
    WITH items AS (
        SELECT
            person_id, provider_number, age, sex, municipality, '' AS excluded_by,
            coalesce(acute_contacts, 0) AS value_acute_contacts,
            CASE WHEN value_acute_contacts >= 4 THEN 4 WHEN value_acute_contacts >= 2 THEN 2 ELSE 0 END
                AS points_acute_contacts,
            coalesce(outpatient_contacts, 0) AS value_outpatient_contacts,
            CASE WHEN value_outpatient_contacts >= 5 THEN 2 WHEN value_outpatient_contacts >= 2 THEN 1 ELSE 0 END
                AS points_outpatient_contacts,
            coalesce(open_courses, 0) AS value_open_courses,
            CASE WHEN value_open_courses >= 2 THEN 2 ELSE 1 END AS points_open_courses,
            coalesce(gp_contacts_half_year, 0) AS value_gp_contacts,
            CASE
                WHEN value_gp_contacts >= 11 THEN 4 WHEN value_gp_contacts >= 7 THEN 3 WHEN value_gp_contacts >= 4 THEN 1
                ELSE 0
            END AS points_gp_contacts,
            coalesce(drugs, 0) AS value_polypharmacy,
            CASE WHEN value_polypharmacy >= 7 THEN 1 ELSE 0 END AS points_polypharmacy,
            coalesce(risk_drugs, 0) AS value_risk_drugs,
            CASE WHEN value_risk_drugs >= 3 THEN 1 ELSE 0 END AS points_risk_drugs,
            CASE WHEN has_home_nursing THEN 'receives' ELSE 'none_given' END AS value_home_nursing,
            CASE WHEN has_home_nursing THEN 4 ELSE 0 END AS points_home_nursing,
            CASE WHEN has_daily_care THEN 'daily' ELSE 'less_or_none' END AS value_home_care,
            CASE WHEN has_daily_care THEN 1 ELSE 0 END AS points_home_care,
            CASE
                WHEN living = 'partner' THEN 'partner'
                WHEN living = 'alone' AND living_since > $half_year_ago THEN 'newly_alone'
                WHEN living = 'alone' AND living_since IS NOT NULL THEN 'alone'
            END AS value_living,
            CASE value_living WHEN 'partner' THEN 0 WHEN 'alone' THEN 1 WHEN 'newly_alone' THEN 2 END AS points_living
        FROM measured
        WHERE age >= 65 AND active
    )
    SELECT
        *,
        points_acute_contacts + points_outpatient_contacts + points_open_courses + points_gp_contacts
            + points_polypharmacy + points_risk_drugs + points_home_nursing + points_home_care
            + coalesce(points_living, 0) AS score,
        CASE WHEN score >= 14 THEN 'red' WHEN score >= 7 THEN 'yellow' ELSE 'green' END AS band,
        score >= 7 AS in_target,
        points_living IS NULL AS incomplete
    FROM items
    ORDER BY provider_number, person_id
) TO '$out/daemp.parquet' (FORMAT parquet, COMPRESSION zstd);
