// mgfm study: how much a pre-trained encoder knows, beside every plain baseline.
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "commands.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/probe/baseline_dtw.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "pipeline.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

struct study_options {
    data_options data;
    model_options model;
    training_options training;
    run_options run;
    std::vector<int> test_subjects;
    int folds = 0;
    bool alternate = false;
    std::vector<std::string> streams{"joint"};
    int seeds = 1;
    std::string json, html, work;
    std::string command;
};

/// The public sets this program was tried on; none of them has micro-gestures. Nothing is known
/// about others.
report::micro_gestures contains_micro_gestures(const std::string& name) {
    for (const char* known :
         {"Northwestern-UCLA", "MSRC-12", "Motions: 33 people", "Gesture Phase"})
        if (name.starts_with(known)) return report::micro_gestures::no;
    return report::micro_gestures::unknown;
}

struct named_split {
    std::vector<data::split> folds;
    std::string words;
};

named_split choose_split(const data::clip_set& clips, const study_options& o) {
    const int asked = (o.folds > 0) + !o.test_subjects.empty() + o.alternate;
    if (asked > 1)
        throw error("mgfm study", "one of --folds, --test-subjects, --alternate",
                    text(asked, " of them"));
    if (!o.test_subjects.empty()) {
        std::string list;
        for (const int s : o.test_subjects) list += (list.empty() ? "" : ", ") + std::to_string(s);
        return {{data::split_by_subjects(clips, o.test_subjects)}, "test subjects " + list};
    }
    if (o.alternate) return {{data::every_other_subject(clips)}, "every other subject is tested"};
    if (o.folds > 0 || !clips.published) {
        const int count = o.folds > 0 ? o.folds : 5;
        return {data::subject_folds(clips, count), text(count, " folds of whole subjects")};
    }
    return {{data::published_split(clips)}, "the published split"};
}

/// Finished rows, kept in a file so that a study which was stopped goes on where it was.
class row_store {
public:
    row_store(std::string path, std::string run) : path_(std::move(path)), run_(std::move(run)) {
        if (path_.empty() || !std::filesystem::exists(path_)) return;
        const io::json stored = io::read_json(path_);
        if (io::get<std::string>(stored, "run", path_) != run_)
            throw error(path_, text("rows of this study (", run_, ")"),
                        io::get<std::string>(stored, "run", path_),
                        "use another --work folder, or remove this one");
        for (const auto& row : stored.at("rows")) {
            rows_.push_back(report::row_from_json(row, path_));
            keys_.insert(key(rows_.back()));
        }
    }

    static std::string key(const report::study_row& r) {
        return text(report::name(r.features), "/", r.stream, "/", r.fold, "/", r.seed);
    }
    bool has(feature_kind kind, const std::string& stream, int fold, std::uint64_t seed) const {
        report::study_row row;
        row.features = kind;
        row.stream = stream;
        row.fold = fold;
        row.seed = seed;
        return keys_.contains(key(row));
    }
    void add(report::study_row row) {
        keys_.insert(key(row));
        rows_.push_back(std::move(row));
        if (path_.empty()) return;
        io::json rows = io::json::array();
        for (const auto& r : rows_) rows.push_back(report::to_json(r, report::answers::keep));
        io::write_json(path_, {{"run", run_}, {"rows", rows}});
    }
    const std::vector<report::study_row>& rows() const { return rows_; }

private:
    std::string path_, run_;
    std::vector<report::study_row> rows_;
    std::set<std::string> keys_;
};

/// One side of a split with the views that baselines want.
struct side {
    data::clip_set clips;

    std::vector<probe::clip_view> views() const {
        std::vector<probe::clip_view> out;
        for (int i = 0; i < clips.size(); ++i) out.push_back(clips.clip(i));
        return out;
    }
    /// The encoder's input itself, as features.
    data::feature_table raw(const encode::clip_input& input) const {
        data::feature_table out{static_cast<std::size_t>(clips.size()), input.size(), {}};
        out.values.resize(out.rows * out.columns);
        encode::clip_input::scratch work;
        for (std::size_t i = 0; i < out.rows; ++i)
            input.write_whole(clips.clip(static_cast<int>(i)), out.row(i), work);
        return out;
    }
};

class study_run {
public:
    study_run(const study_options& o, const corpus& from)
        : o_(o),
          corpus_(from),
          splits_(choose_split(from.clips, o)),
          threads_(o.run.thread_count()),
          store_(o.work.empty() ? "" : o.work + "/rows.json", run_words()) {}

    report::study operator()() {
        for (std::size_t f = 0; f < splits_.folds.size(); ++f) {
            fold_ = static_cast<int>(f);
            train_ = {corpus_.clips.subset(splits_.folds[f].train)};
            test_ = {corpus_.clips.subset(splits_.folds[f].test)};
            for (const std::string& stream : o_.streams) one_stream(stream);
            if (o_.streams.size() > 1) fused();
        }
        return finish();
    }

private:
    std::string run_words() const {
        std::string streams;
        for (const auto& s : o_.streams) streams += s + " ";
        return text(corpus_.clips.about.name, ", ", corpus_.clips.size(), " clips, ", splits_.words,
                    ", scale ", o_.data.scale, ", reference ", o_.data.reference, ", zeros ",
                    o_.data.zeros, ", confidence ", o_.data.confidence, ", frames ",
                    o_.model.frames, ", width ", o_.model.width, ", heads ", o_.model.heads,
                    ", epochs ", o_.training.epochs, ", batch ", o_.training.batch, ", rate ",
                    o_.training.rate, ", decay ", o_.training.weight_decay, ", crop ",
                    o_.training.min_crop, ", views ", o_.training.views);
    }

    report::study_row row(feature_kind kind, const std::string& stream, std::uint64_t seed) const {
        report::study_row r;
        r.features = kind;
        r.stream = stream;
        r.fold = fold_;
        r.seed = seed;
        r.clip = test_.clips.ids;
        r.subject = test_.clips.subjects;
        return r;
    }

    /// k-NN and linear probe on features of both sides.
    report::study_row probed(feature_kind kind, const std::string& stream, std::uint64_t seed,
                             const data::feature_table& train, const data::feature_table& test,
                             std::span<const int> labels) {
        report::study_row r = row(kind, stream, seed);
        const auto knn =
            retrieve(train, labels, test, test_.clips.labels, corpus_.clips.classes(), threads_);
        const auto linear = linear_probe(train, train_.clips, labels, test, test_.clips, threads_);
        report::add_knn(r, knn);
        report::add_linear(r, linear.scores);
        char ridge[32];
        std::snprintf(ridge, sizeof ridge, "%g", linear.ridge);
        r.chosen.push_back({"ridge", ridge});
        last_linear_ = linear.scores;
        return r;
    }

    void one_stream(const std::string& stream) {
        const auto input = input_of(corpus_, o_.data, o_.model, skeleton::parse_stream(stream));
        const auto& labels = train_.clips.labels;
        if (!store_.has(feature_kind::majority, stream, fold_, 0)) {
            auto r = row(feature_kind::majority, stream, 0);
            const auto result =
                probe::majority(labels, test_.clips.labels, corpus_.clips.classes());
            report::add_knn(r, result);
            report::add_linear(r, result);
            store_.add(std::move(r));
        }
        if (stream == "joint" && !store_.has(feature_kind::summary, stream, fold_, 0))
            store_.add(probed(feature_kind::summary, stream, 0,
                              probe::summary_features(train_.views()),
                              probe::summary_features(test_.views()), labels));
        if (!store_.has(feature_kind::raw, stream, fold_, 0))
            store_.add(
                probed(feature_kind::raw, stream, 0, train_.raw(input), test_.raw(input), labels));
        if (stream == "joint" && !store_.has(feature_kind::dtw, stream, fold_, 0)) {
            say(text("dynamic time warping, fold ", fold_));
            context ctx{.threads = threads_};
            auto r = row(feature_kind::dtw, stream, 0);
            const auto found = probe::dtw_nearest(ctx, train_.views(), labels,
                                                  corpus_.clips.classes(), test_.views());
            report::add_knn(
                r, probe::evaluate(test_.clips.labels, found.predicted, corpus_.clips.classes()));
            store_.add(std::move(r));
        }
        for (int seed = 1; seed <= o_.seeds; ++seed)
            learned(stream, static_cast<std::uint64_t>(seed), input);
    }

    on_progress progress(progress_display& display) const {
        return
            [&display](std::int64_t done, std::int64_t total, std::int64_t resumed, double loss) {
                char note[32];
                std::snprintf(note, sizeof note, "loss %.4g", loss);
                display.update(done, total, resumed, note);
            };
    }

    std::string checkpoint(const char* what, const std::string& stream, std::uint64_t seed) const {
        return o_.work.empty() ? ""
                               : text(o_.work, "/", what, "-", stream, "-fold", fold_, "-seed",
                                      seed, ".safetensors");
    }

    void learned(const std::string& stream, std::uint64_t seed, const encode::clip_input& input) {
        const auto& labels = train_.clips.labels;
        const auto where = text(stream, " stream, fold ", fold_, ", seed ", seed);
        if (!store_.has(feature_kind::random, stream, fold_, seed)) {
            trained_encoder fresh(input, o_.model, seed, threads_);
            store_.add(probed(feature_kind::random, stream, seed, fresh.embed(train_.clips),
                              fresh.embed(test_.clips), labels));
        }
        if (!store_.has(feature_kind::supervised, stream, fold_, seed)) {
            progress_display display("supervised, " + where, "clips");
            auto done =
                supervise(train_.clips, test_.clips, input, o_.model, o_.training, seed, threads_,
                          checkpoint("supervised", stream, seed), progress(display));
            auto r = row(feature_kind::supervised, stream, seed);
            report::add_knn(r, retrieve(done.encoder.embed(train_.clips), labels,
                                        done.encoder.embed(test_.clips), test_.clips.labels,
                                        corpus_.clips.classes(), threads_));
            report::add_linear(r, done.scores);
            store_.add(std::move(r));
        }
        const bool both = store_.has(feature_kind::pretrained, stream, fold_, seed) &&
                          store_.has(feature_kind::shuffled, stream, fold_, seed);
        if (both && !needs_artifacts(stream, seed)) return;
        auto trained = [&] {
            progress_display display("pre-training, " + where, "clips");
            return pretrain(train_.clips, input, o_.model, o_.training, seed, threads_,
                            checkpoint("pretrained", stream, seed), progress(display));
        }();
        const auto train = trained.encoder.embed(train_.clips);
        const auto test = trained.encoder.embed(test_.clips);
        if (!store_.has(feature_kind::shuffled, stream, fold_, seed))
            store_.add(probed(feature_kind::shuffled, stream, seed, train, test,
                              probe::shuffled_labels(labels, random_key{seed})));
        auto r = probed(feature_kind::pretrained, stream, seed, train, test, labels);
        scores_[{stream, seed}] = last_linear_;
        if (fold_ == 0 && seed == 1) keep_artifacts(stream, trained, train, test);
        if (!store_.has(feature_kind::pretrained, stream, fold_, seed)) {
            store_.add(std::move(r));
            const auto& last = store_.rows().back();
            say(text(where, ": 1-NN ", report::percent(*last.knn_top1), ", linear ",
                     report::percent(*last.linear_top1)));
        }
    }

    /// Whether a finished run is wanted again, for the page or for fusion; its checkpoint makes
    /// that quick.
    bool needs_artifacts(const std::string& stream, std::uint64_t seed) const {
        const bool page = !o_.html.empty() && fold_ == 0 && seed == 1 && stream == o_.streams[0];
        const bool fusion = o_.streams.size() > 1 &&
                            !store_.has(feature_kind::pretrained, fused_name(), fold_, seed);
        return page || fusion;
    }

    std::string fused_name() const {
        std::string out;
        for (const auto& s : o_.streams) out += (out.empty() ? "" : "+") + s;
        return out;
    }

    /// Sum of the streams' softmax scores, equal weights.
    void fused() {
        for (int k = 1; k <= o_.seeds; ++k) {
            const auto seed = static_cast<std::uint64_t>(k);
            if (store_.has(feature_kind::pretrained, fused_name(), fold_, seed)) continue;
            std::vector<std::vector<float>> streams;
            for (const auto& s : o_.streams) streams.push_back(scores_.at({s, seed}).scores);
            auto r = row(feature_kind::pretrained, fused_name(), seed);
            const int classes = corpus_.clips.classes();
            report::add_linear(
                r, probe::evaluate_scores(
                       test_.clips.labels,
                       metric::fuse(streams, classes, {}, metric::fusion_rule::softmax), classes));
            store_.add(std::move(r));
        }
    }

    void keep_artifacts(const std::string& stream, const training_result& trained,
                        const data::feature_table& train, const data::feature_table& test) {
        report::study_curve curve{"loss, " + stream + " stream", {}, {}};
        for (const auto& epoch : trained.history) {
            curve.x.push_back(epoch.epoch + 1);
            curve.y.push_back(epoch.loss);
        }
        study_.curves.push_back(std::move(curve));
        if (stream != o_.streams[0]) return;
        study_.confusions.push_back(
            {"Linear probe on the pre-trained encoder, " + stream + " stream",
             last_linear_.confusion});
        const auto pose_of = [](const data::clip_set& set, int i) {
            const auto view = set.clip(i);
            report::study_clip out;
            skeleton::pose_shape shape = view.shape;
            out.pose.resize(shape, view.length);
            std::copy_n(view.values, shape.size(), out.pose.view().values);
            out.label = set.labels[static_cast<std::size_t>(i)];
            out.caption = text("subject ", set.subjects[static_cast<std::size_t>(i)]);
            return out;
        };
        const int examples = std::min(3, test_.clips.size());
        for (int e = 0; e < examples; ++e) {
            const int query = e * test_.clips.size() / examples;
            const int one[] = {query};
            const auto found = nearest(train, test.subset(one), 5, threads_);
            report::study_retrieval shown{pose_of(test_.clips, query), {}};
            for (std::size_t j = 0; j < found.k; ++j)
                shown.hits.push_back({pose_of(train_.clips, found.index[j]), found.cosine[j]});
            study_.retrieval.push_back(std::move(shown));
        }
    }

    report::study finish() {
        study_.results = store_.rows();
        const auto& about = corpus_.clips.about;
        study_.title = "mgfm study: " + about.name;
        study_.data.name = about.name;
        study_.data.clips = corpus_.clips.size();
        study_.data.subjects =
            static_cast<int>(data::subjects_of(corpus_.clips, data::all_of(corpus_.clips)).size());
        study_.data.excluded = corpus_.excluded();
        study_.data.class_names = corpus_.clips.class_names;
        for (const auto& j : corpus_.clips.topology.joints) study_.data.joint_names.emplace_back(j);
        study_.data.bones = corpus_.clips.topology.bones();
        study_.data.synthetic = about.synthetic;
        study_.data.contains =
            about.synthetic ? report::micro_gestures::no : report::micro_gestures::unknown;
        if (!about.caveat.empty()) study_.data.notes.push_back(about.caveat);
        study_.split = splits_.words;
        study_.command = o_.command;
        study_.settings = {{"scale", o_.data.scale},
                           {"reference position", "per " + o_.data.reference},
                           {"frames", std::to_string(o_.model.frames)},
                           {"width", std::to_string(o_.model.width)},
                           {"heads", std::to_string(o_.model.heads)},
                           {"epochs", std::to_string(o_.training.epochs)},
                           {"batch", std::to_string(o_.training.batch)},
                           {"views", o_.training.views},
                           {"seeds", "1 to " + std::to_string(o_.seeds)}};
        report::summarise(study_);
        return std::move(study_);
    }

    const study_options& o_;
    const corpus& corpus_;
    named_split splits_;
    int threads_;
    row_store store_;
    report::study study_;
    side train_, test_;
    int fold_ = 0;
    probe::evaluation last_linear_;
    std::map<std::pair<std::string, std::uint64_t>, probe::evaluation> scores_;
};

void run_study(study_options& o) {
    const corpus from = load(o.data, o.run.thread_count());
    for (const auto& note : from.report.notes) say("note: " + note);
    if (from.excluded() > 0)
        say(text(from.excluded(), " unusable clips left out ", from.unusable_reasons));
    if (o.work.empty() && !o.json.empty()) o.work = o.json + ".work";
    if (!o.work.empty()) std::filesystem::create_directories(o.work);
    const report::study result = study_run(o, from)();
    std::fputs(report::to_text(result).c_str(), stdout);
    if (!o.json.empty()) io::write_json(o.json, report::to_json(result));
    if (!o.html.empty()) report::write_html(o.html, result);
}

}  // namespace

void add_study(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<study_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "study",
        "Pre-train an encoder on the training subjects and score it on the others, beside "
        "majority, "
        "summary statistics, raw coordinates, time warping, a random encoder, the same encoder "
        "trained with labels, and shuffled labels. A study that was stopped resumes.");
    options->data.add_to(*command);
    options->model.add_to(*command);
    options->training.add_to(*command);
    options->run.add_to(*command);
    command->add_option("--test-subjects", options->test_subjects, "Subjects to test on: 8,9,10")
        ->delimiter(',');
    command->add_option("--folds", options->folds, "Folds of whole subjects, each tested once")
        ->check(CLI::Range(2, 1000));
    command->add_flag("--alternate", options->alternate, "Test on every other subject");
    command
        ->add_option("--streams", options->streams,
                     "Streams: joint, bone, motion, bone_motion; several are also fused")
        ->delimiter(',')
        ->check(CLI::IsMember({"joint", "bone", "motion", "bone_motion"}))
        ->capture_default_str();
    command->add_option("--seeds", options->seeds, "Repetitions with seeds 1 to N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--json", options->json, "Write all figures as JSON");
    command->add_option("--html", options->html, "Write one self-contained page");
    command->add_option("--work", options->work,
                        "Folder for checkpoints and finished rows (default: JSON file + .work)");
    command->callback([options] { run_study(*options); });
}

}  // namespace mgfm
