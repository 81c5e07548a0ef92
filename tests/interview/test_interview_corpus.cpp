// SPDX-License-Identifier: MIT
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "interview/interviews.hpp"
#include "io/support.hpp"
#include "mgkit/data/corpus.hpp"
#include "mgkit/data/interview/write_corpus.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

using namespace mgkit;
namespace fs = std::filesystem;

namespace {

/// Every file below a folder with its content.
std::map<std::string, std::string> content(const std::string& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string path = entry.path().string();
        if (entry.is_regular_file())
            out[path.substr(folder.size())] = std::string(io::mapped_file(path).text());
        else
            out[path.substr(folder.size())] = "folder";
    }
    return out;
}

}  // namespace

TEST_CASE("a corpus on disk reads back with its subjects, split, outcomes and annotators") {
    const iv::generator corpus(small_corpus(4, 0.03));
    for (const char* format : {"mmpose", "openpose", "mediapipe", "untrimmed"}) {
        INFO(format);
        const scratch_folder scratch;
        const std::string folder = scratch.name() + "/corpus";
        iv::write_corpus(folder, corpus, format, false);
        const auto found = data::open_corpus(folder);
        REQUIRE(found.entries.size() == 4);
        REQUIRE(found.marks.has_value());
        CHECK(found.marks->class_names.size() <= 32u);
        for (int i = 0; i < 4; ++i) {
            const auto one = corpus.make(i);
            const auto& entry = found.entries[std::size_t(i)];
            CHECK(entry.name == one.observed.name);
            CHECK(entry.subject == one.observed.subject);
            CHECK((entry.on == data::side::test) == one.test_split);
            CHECK(entry.result == one.observed.result);
            CHECK(found.marks->of(entry.name).size() == one.first.size() + one.second.size());
            const auto people = data::readers::read_any(entry.path, entry.index);
            REQUIRE(people.frames() <= one.observed.frames());
            REQUIRE(people.frames() >= one.observed.frames() * 9 / 10);
            // The nose, wherever somebody is seen.
            const int nose = skeleton::find_joint(people.topology, "nose");
            REQUIRE(nose >= 0);
            const int channels = skeleton::channels(people.layout);
            double worst = 0;
            for (int t = 0; t < people.frames(); ++t) {
                if (people.first[std::size_t(t) + 1] == people.first[std::size_t(t)]) continue;
                const auto person = people.person(people.first[std::size_t(t)]);
                const std::size_t at = std::size_t(nose * channels);
                const float truth = one.observed.poses.view().at(0, t, 1);
                if (person[at] == 0 || truth == 0) continue;
                worst = std::max(worst, double(std::abs(person[at] - truth)));
            }
            CHECK(worst < 0.01);
        }
    }
}

TEST_CASE("a run that ended early is continued to the same bytes") {
    const iv::generator corpus(small_corpus(4, 0.02));
    const scratch_folder scratch;
    const std::string whole = scratch.name() + "/whole", broken = scratch.name() + "/broken";
    iv::write_corpus(whole, corpus);
    struct stop {};
    const auto until_second = [](const iv::corpus_progress& p) {
        if (p.done == 2) throw stop{};
    };
    CHECK_THROWS_AS(iv::write_corpus(broken, corpus, "mmpose", true, until_second), stop);
    CHECK_FALSE(fs::exists(broken + "/recordings.csv"));
    // A recording that was being written: its truth is there, itself half.
    fs::create_directories(broken + "/.unfinished/truth");
    io::write_file(broken + "/.unfinished/interview_0003.json", std::string_view("{"));
    fs::create_directories(broken + "/truth/interview_0003");
    io::write_file(broken + "/truth/interview_0003/latent.npy", std::string_view("half"));
    int skipped = 0, made = 0;
    iv::write_corpus(broken, corpus, "mmpose", true,
                     [&](const iv::corpus_progress& p) { (p.skipped ? skipped : made) += 1; });
    CHECK(skipped == 2);
    CHECK(made == 2);
    const auto a = content(whole), b = content(broken);
    CHECK(a.size() == b.size());
    CHECK(a == b);
}

TEST_CASE("a folder of another corpus, or of anything else, is left alone") {
    const scratch_folder scratch;
    const std::string folder = scratch.name() + "/corpus";
    iv::write_corpus(folder, iv::generator(small_corpus(2, 0.02)));
    iv::settings other = small_corpus(2, 0.02);
    other.seed = 99;
    CHECK_THROWS_AS(iv::write_corpus(folder, iv::generator(other)), error);
    io::write_file(scratch.name() + "/notes.txt", std::string_view("mine"));
    CHECK_THROWS_AS(iv::write_corpus(scratch.name(), iv::generator(other)), error);
    CHECK_THROWS_AS(
        iv::write_corpus(scratch.name() + "/new", iv::generator(other), "no such format"), error);
    CHECK_FALSE(fs::exists(scratch.name() + "/new"));
}

TEST_CASE("the truth holds poses, labels, annotators, cut-ins, parameters and version") {
    const iv::settings s = small_corpus(3, 0.05);
    const auto one = iv::generator(s).make(1);
    const scratch_folder scratch;
    iv::write_truth(scratch.name() + "/t", one, s);
    const io::npy_file latent(scratch.name() + "/t/latent.npy");
    CHECK(latent.shape() == std::vector<std::int64_t>{3, one.observed.frames(), 41});
    CHECK(latent.view<float>()[41] == one.latent.view().at(0, 1, 0));
    const auto labels = io::npy_file(scratch.name() + "/t/frame_labels.npy").read<int>();
    CHECK(labels == one.frame_labels());
    const auto marks = data::read_annotations(scratch.name() + "/t/segments.csv");
    CHECK(marks.size() == one.truth.size());
    const auto both = data::read_annotations(scratch.name() + "/t/annotators.csv");
    CHECK(both.size() == one.first.size() + one.second.size());
    const io::json about = io::read_json(scratch.name() + "/t/truth.json");
    CHECK(about["generator_version"] == "1.0.0");
    CHECK(about["seed"] == 7);
    CHECK(about["settings"]["outcome_effect"] == 0.4);
    CHECK(about["parameters"]["events"].size() == one.truth.size());
    CHECK_THROWS_AS(iv::write_truth(scratch.name() + "/u", iv::generator(s).outline(1), s), error);
}

TEST_CASE("an annotator who found nothing is told from one who did not look") {
    iv::settings s = small_corpus(3, 0.05);
    s.missed_share = 1;
    const iv::generator corpus(s);
    const scratch_folder scratch;
    iv::write_corpus(scratch.name() + "/c", corpus, "untrimmed", false);
    const auto marks = data::read_annotations(scratch.name() + "/c/segments.csv");
    for (int i = 0; i < corpus.size(); ++i) {
        const auto one = corpus.make(i);
        REQUIRE(one.second.empty());
        CHECK(marks.annotators_of(one.observed.name) == std::set<int>{0, 1});
        CHECK(data::read_annotations(scratch.name() + "/c/truth/" + one.observed.name +
                                     "/annotators.csv")
                  .annotators_of(one.observed.name) == std::set<int>{0, 1});
    }
}
