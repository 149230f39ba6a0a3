// Incidents and their victims
MATCH (i:Incident)-[t:TARGETED]->(v) RETURN i, t, v LIMIT 100;

// Who claims or is blamed for what
MATCH (v)<-[t:TARGETED]-(i:Incident)-[c:CLAIMED_BY|ATTRIBUTED_TO]->(a) RETURN v, t, i, c, a LIMIT 100;

// Owners of victims
MATCH (i:Incident)-[t:TARGETED]->(v)-[o:OWNED_BY]->(owner) RETURN i, t, v, o, owner LIMIT 100;

// Support: beneficiary, lenders, guarantors, programme, amount
MATCH (m:SupportMeasure)-[r]->(e) RETURN m, r, e LIMIT 100;

// Losses side by side
MATCH (s:Statement {predicate: 'financialLoss'})-[:SUBJECT]->(who) MATCH (s)-[:STATED_IN]->(d:Document) RETURN who.name AS who, s.value AS loss, s.currency AS currency, s.modality AS modality, d.publisher AS source, s.quote AS sentence ORDER BY loss DESC;

// What a document states
MATCH (s:Statement)-[at:STATED_IN]->(d:Document) MATCH (s)-[:SUBJECT]->(who) OPTIONAL MATCH (s)-[:OBJECT]->(what) RETURN d.title AS document, who.name AS subject, s.predicate AS predicate, coalesce(what.name, s.value) AS object, s.modality AS modality, s.quote AS sentence ORDER BY document, at.start LIMIT 200;
