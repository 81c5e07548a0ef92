// SPDX-License-Identifier: MIT
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/clip/training_durations.hpp"
#include "mgkit/data/corpus.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/skeleton/coco17.hpp"

namespace clip = mgkit::clip;
namespace data = mgkit::data;
namespace io = mgkit::io;
namespace readers = mgkit::data::readers;

namespace {

data::recording walk(const std::string& name, int frames) {
    data::recording r;
    r.name = name;
    r.fps = 25;
    r.topology = mgkit::skeleton::dynamic::copy_of(mgkit::skeleton::coco17{});
    r.poses.resize({mgkit::skeleton::channel_layout::xyc, frames, 17, 1}, frames);
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < 17; ++v) {
            r.poses.view().at(0, t, v) = static_cast<float>(10 * v + t);
            r.poses.view().at(1, t, v) = static_cast<float>(5 * v);
            r.poses.view().at(2, t, v) = 0.5f;
        }
    return r;
}

/// Two recordings of one subject each, a third of unknown subject, on two sides.
struct small_corpus {
    scratch_folder folder;
    small_corpus() {
        for (const char* name : {"a", "b", "c"})
            readers::write_as("mmpose", folder / (std::string(name) + ".json"), walk(name, 40));
        manifest(
            "recording,file,subject,split,outcome,fps\n"
            "a,a.json,4,train,win,\nb,b.json,7,test,loss,25\nc,c.json,,,,30\n");
        io::write_file(folder / "segments.csv",
                       std::string_view("recording,start,end,label,class\n"
                                        "a,0,10,0,wave\na,20,25,1,talk\nb,5,15,0,wave\n"));
    }
    void manifest(std::string_view text) { io::write_file(folder / "recordings.csv", text); }
};

}  // namespace

TEST_CASE("corpus: manifest, segments, sides, outcomes", "[data]") {
    const small_corpus c;
    const auto corpus = data::open_corpus(c.folder.name());
    REQUIRE(corpus.size() == 3);
    CHECK(corpus.entries[0].subject == 4);
    CHECK(corpus.entries[1].on == data::side::test);
    CHECK(corpus.entries[1].result == data::outcome::loss);
    CHECK(corpus.entries[2].subject == 8);  // its own, beyond the others
    CHECK(corpus.found.count("subjects_unknown") == 1);
    CHECK(corpus.has_split());
    REQUIRE(corpus.marks);
    CHECK(corpus.marks->of("a").size() == 2);
    const auto c30 = data::open_recording(corpus, 2);
    CHECK(c30.person.fps == 30);
    CHECK(c30.person.name == "c");
    CHECK(c30.person.subject == 8);
    CHECK(c30.person.frames() == 40);
    const auto a = data::open_recording(corpus, 0).person;
    CHECK(a.result == data::outcome::win);
    CHECK(a.poses.view().at(0, 3, 2) == 23.0f);
}

TEST_CASE("corpus: a folder of files, or one file, needs no manifest", "[data]") {
    const small_corpus c;
    std::filesystem::remove(c.folder / "recordings.csv");
    std::filesystem::remove(c.folder / "segments.csv");
    const auto corpus = data::open_corpus(c.folder.name());
    REQUIRE(corpus.size() == 3);
    CHECK(corpus.entries[2].name == "c");
    CHECK_FALSE(corpus.has_split());
    CHECK(data::open_corpus(c.folder / "b.json").size() == 1);
}

TEST_CASE("corpus: what cannot be is refused", "[data]") {
    small_corpus c;
    const auto refused = [&](const std::string& rows, const std::string& because) {
        c.manifest("recording,file,subject,split,outcome,fps\n" + rows);
        CHECK_THROWS_WITH(data::open_corpus(c.folder.name()), Catch::Contains(because));
    };
    refused("", "recordings in a known format");
    refused("a,../a.json,,,,\n", "below the corpus");
    refused("a,/etc/passwd,,,,\n", "below the corpus");
    refused("a,a.json,,,,\na,b.json,,,,\n", "no other recording");
    refused("a,a.json,,both,,\n", "train, test or nothing");
    refused("a,a.json,,,draw,\n", "win, loss or nothing");
    refused("a,a.json,,,,-1\n", "frames per second");
    refused("a,a.json,1,train,,\nb,b.json,1,test,,\n", "subject 1 on both");
    refused("c,c.json,,,,\n", "segments of recordings of this corpus");
    CHECK_THROWS_AS(data::open_corpus(c.folder / "nowhere"), mgkit::error);
    c.manifest("recording,file\na,a.json\nb,missing.json\n");
    const auto corpus = data::open_corpus(c.folder.name());
    CHECK_THROWS_AS(data::open_recording(corpus, 1), mgkit::error);
}

TEST_CASE("corpus: one imperfect item does not stop the rest", "[data]") {
    small_corpus c;
    const data::read_policy strict{.strict = true};
    CHECK(data::open_corpus(c.folder.name(), strict).found.count("subjects_unknown") == 1);

    io::write_file(c.folder / "readme.md", std::string_view("mine"));
    std::filesystem::remove(c.folder / "recordings.csv");
    const auto found = data::open_corpus(c.folder.name()).found;
    CHECK(found.count("unread_files") == 1);
    CHECK_THAT(found.sentences().front(), Catch::Contains("readme.md"));
    CHECK_THROWS_WITH(data::open_corpus(c.folder.name(), strict), Catch::Contains("readme.md"));
    std::filesystem::remove(c.folder / "readme.md");

    c.manifest("recording,file\na,a.json\n");
    const auto some = data::open_corpus(c.folder.name());
    CHECK(some.found.count("recordings_not_listed") == 2);
    CHECK(some.marks->found.count("segments_of_unknown_recordings") == 1);
    CHECK(some.marks->size() == 2);
    CHECK_THROWS_WITH(data::open_corpus(c.folder.name(), strict),
                      Catch::Contains("recordings.csv"));

    c.manifest("recording,file\na,a.json\nb,b.json\nc,c.json\n");
    io::write_file(c.folder / "segments.csv",
                   std::string_view("recording,start,end,label\na,30,41,0\na,40,50,0\na,3,3,0\n"));
    CHECK_THROWS_WITH(data::open_corpus(c.folder.name(), strict),
                      Catch::Contains("a frame after 3"));
    const auto corpus = data::open_corpus(c.folder.name());
    CHECK(corpus.marks->found.count("segments_unusable") == 1);
    const auto read = data::open_recording(corpus, 0);
    CHECK(read.report.found.count("segments_cut_at_end") == 1);
    CHECK(read.report.found.count("segments_beyond_end") == 1);
    CHECK(data::open_recording(corpus, 1).report.found.empty());
    CHECK_THROWS_WITH(data::open_recording(corpus, 0, strict), Catch::Contains("within 40 frames"));
    data::findings beyond;
    const auto kept = data::within(corpus.marks->of("a"), 40, beyond);
    REQUIRE(kept.size() == 1);
    CHECK(kept[0] == data::segment{30, 40, 0, 0});
}

TEST_CASE("durations for the prior: the training side only", "[data]") {
    const small_corpus c;
    const auto corpus = data::open_corpus(c.folder.name());
    const auto rate = [](const data::corpus_entry&) { return 25.0; };
    const auto train = clip::training_side(corpus, *corpus.marks);
    CHECK(clip::training_durations(corpus, train, {}, rate) == std::vector<double>{0.4, 0.2});
    CHECK(clip::training_durations(corpus, train, std::vector<int>{1}, rate) ==
          std::vector<double>{0.4});
    CHECK_THROWS_WITH(clip::training_durations(corpus, *corpus.marks, {}, rate),
                      Catch::Contains("recording b of the test side"));
    CHECK_THROWS_AS(clip::training_durations(corpus, train, std::vector<int>{0, 1}, rate),
                    mgkit::error);
    CHECK(std::abs(clip::smg_durations().mean() - 54.6 / 28.5) < 0.05);
}

TEST_CASE("segments: phases merged into units", "[data]") {
    data::annotations a;
    a.class_names = {"rest", "stroke", "hold"};
    a.by_recording["r"] = {
        {0, 5, 0, 0}, {5, 9, 1, 0}, {9, 12, 2, 0}, {12, 20, 0, 0}, {21, 30, 1, 0}};
    const auto m = data::merged(a, std::vector<int>{0}, "unit");
    REQUIRE(m.of("r").size() == 2);
    CHECK(m.of("r")[0] == data::segment{5, 12, 0, 0});
    CHECK(m.of("r")[1] == data::segment{21, 30, 0, 0});
    CHECK(m.class_names == std::vector<std::string>{"unit"});
}
