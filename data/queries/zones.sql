-- countries by the number of their time zones
SELECT c.country, count(*) AS zones
FROM zones z JOIN countries c ON z.code = c.code
GROUP BY c.country
HAVING count(*) > 1
ORDER BY zones DESC, c.country
