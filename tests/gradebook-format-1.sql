BEGIN TRANSACTION;
CREATE TABLE about (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "about" VALUES('format','1');
CREATE TABLE changes (
	id INTEGER NOT NULL, 
	submission_id INTEGER NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "changes" VALUES(1,1,'2026-11-26T19:53:50Z','{"state": "graded", "points": 2.0, "key_version": "4520bb6329bc53f70586d53cbd4841d8370691e72722313a387279562bc824c7", "is_current": true}','{"state": "duplicate", "points": null, "key_version": "4520bb6329bc53f70586d53cbd4841d8370691e72722313a387279562bc824c7", "is_current": true}','A later one counts: ada/second.redpencil.json.');
CREATE TABLE submissions (
	id INTEGER NOT NULL, 
	exercise VARCHAR(64) NOT NULL, 
	student_id VARCHAR(200) NOT NULL, 
	student_name VARCHAR(200) NOT NULL, 
	path TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	saved_at VARCHAR(40) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	reason TEXT NOT NULL, 
	points FLOAT, 
	points_at_most FLOAT, 
	parts TEXT NOT NULL, 
	answers TEXT NOT NULL, 
	details TEXT NOT NULL, 
	exercise_version VARCHAR(64) NOT NULL, 
	key_version VARCHAR(64) NOT NULL, 
	graded_at VARCHAR(40) NOT NULL, 
	is_current BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_row_a_file UNIQUE (path, sha256)
);
INSERT INTO "submissions" VALUES(1,'who-says-so','ada','','ada/first.redpencil.json','758584efc6290ad2aa75595ee4780dba1db1864f826f62bfa73e7cc17566ead5','2026-03-01T09:00:00Z','duplicate','Another one of this student counts: ada/second.redpencil.json.',NULL,42.0,'{"rung":2.0,"attributions":0.0,"evidence":0.0}','{"rung-02":"own-voice","rung-10":"group"}','{"items":{"rung-02":1.0,"rung-10":1.0,"attributions":{"labels":{"source":[0.0,0.0,0.0],"cue":[0.0,0.0,0.0],"content":[0.0,0.0,0.0]},"points":{"source":0.0,"cue":0.0,"content":0.0},"fates":[["missed","a10-source",[],[[1084,1106]]],["missed","a11-source",[],[[1300,1312]]],["missed","a13-source",[],[[1522,1535]]],["missed","a15-source",[],[[1738,1765]]],["missed","a18-source",[],[[2151,2189]]],["missed","a10-cue",[],[[1071,1083]]],["missed","a11-cue",[],[[1283,1295]]],["missed","a13-cue",[],[[1536,1544]]],["missed","a15-cue",[],[[1766,1773]]],["missed","a18-cue",[],[[2195,2202]]],["missed","a10-content",[],[[1108,1280]]],["missed","a11-content",[],[[1314,1428]]],["missed","a13-content",[],[[1550,1606]]],["missed","a15-content",[],[[1794,1912]]],["missed","a18-content",[],[[2208,2271]]]]}},"spotting":{"rung":{"hits":1,"correct_rejections":1}}}','23b9ffb91fbf6915f8df3c5169b133129890c7b1520098f07286ac840556f52d','4520bb6329bc53f70586d53cbd4841d8370691e72722313a387279562bc824c7','2026-11-26T19:53:49Z',1);
INSERT INTO "submissions" VALUES(2,'who-says-so','ben','','ben/w.redpencil.json','c445f1692784ae498419fa72ad7c9d7344fd1a49e67785ae80d83d5ff693b0e9','2026-03-01T09:00:00Z','needs-manual','Free text waits for a person.',NULL,42.0,'{"rung":0.0,"attributions":0.0,"evidence":null}','{"rung-02":"opinion","evidence":"Two claims: “at least 60” and “NULL”."}','{"items":{"rung-02":0.0,"attributions":{"labels":{"source":[0.0,0.0,0.0],"cue":[0.0,0.0,0.0],"content":[0.0,0.0,0.0]},"points":{"source":0.0,"cue":0.0,"content":0.0},"fates":[["missed","a10-source",[],[[1084,1106]]],["missed","a11-source",[],[[1300,1312]]],["missed","a13-source",[],[[1522,1535]]],["missed","a15-source",[],[[1738,1765]]],["missed","a18-source",[],[[2151,2189]]],["missed","a10-cue",[],[[1071,1083]]],["missed","a11-cue",[],[[1283,1295]]],["missed","a13-cue",[],[[1536,1544]]],["missed","a15-cue",[],[[1766,1773]]],["missed","a18-cue",[],[[2195,2202]]],["missed","a10-content",[],[[1108,1280]]],["missed","a11-content",[],[[1314,1428]]],["missed","a13-content",[],[[1550,1606]]],["missed","a15-content",[],[[1794,1912]]],["missed","a18-content",[],[[2208,2271]]]]}},"spotting":{"rung":{"misses":1}}}','23b9ffb91fbf6915f8df3c5169b133129890c7b1520098f07286ac840556f52d','4520bb6329bc53f70586d53cbd4841d8370691e72722313a387279562bc824c7','2026-11-26T19:53:49Z',1);
INSERT INTO "submissions" VALUES(3,'','cut','','cut/w.redpencil.json','021fb596db81e6d02bf3d2586ee3981fe519f275c0ac9ca76bbcf2ebb4097d96','','unreadable','The file ends in the middle (line 1): it was cut off when it was saved or sent. Ask for it again.',NULL,NULL,'{}','{}','{}','','','2026-11-26T19:53:49Z',1);
INSERT INTO "submissions" VALUES(4,'who-says-so','ada','','ada/second.redpencil.json','a48e62fecee6aea6c104b2e3a73e6cf7dd5b6009cb8589f4efbe5504e759f709','2026-03-02T09:00:00Z','graded','',1.0,42.0,'{"rung":1.0,"attributions":0.0,"evidence":0.0}','{"rung-02":"own-voice"}','{"items":{"rung-02":1.0,"attributions":{"labels":{"source":[0.0,0.0,0.0],"cue":[0.0,0.0,0.0],"content":[0.0,0.0,0.0]},"points":{"source":0.0,"cue":0.0,"content":0.0},"fates":[["missed","a10-source",[],[[1084,1106]]],["missed","a11-source",[],[[1300,1312]]],["missed","a13-source",[],[[1522,1535]]],["missed","a15-source",[],[[1738,1765]]],["missed","a18-source",[],[[2151,2189]]],["missed","a10-cue",[],[[1071,1083]]],["missed","a11-cue",[],[[1283,1295]]],["missed","a13-cue",[],[[1536,1544]]],["missed","a15-cue",[],[[1766,1773]]],["missed","a18-cue",[],[[2195,2202]]],["missed","a10-content",[],[[1108,1280]]],["missed","a11-content",[],[[1314,1428]]],["missed","a13-content",[],[[1550,1606]]],["missed","a15-content",[],[[1794,1912]]],["missed","a18-content",[],[[2208,2271]]]]}},"spotting":{"rung":{"hits":1}}}','23b9ffb91fbf6915f8df3c5169b133129890c7b1520098f07286ac840556f52d','4520bb6329bc53f70586d53cbd4841d8370691e72722313a387279562bc824c7','2026-11-26T19:53:50Z',1);
CREATE INDEX by_student ON submissions (exercise, student_id);
CREATE INDEX ix_changes_submission_id ON changes (submission_id);
COMMIT;
